import TacitDiagnostics
import TacitEngine
import TacitLive
import TacitMeasures
import TacitModelFile

/// Two model files that should say the same.
package struct ModelComparison {
    private let reference: ModelFile
    private let other: ModelFile

    /// - Throws: `TacitError` (bad data) for models whose results mean different things.
    package init(_ reference: ModelFile, _ other: ModelFile) throws {
        (self.reference, self.other) = (reference, other)
        let (first, second) = (reference.description, other.description)
        func require(_ isSame: Bool, _ place: String, _ words: String) throws {
            guard isSame else {
                throw TacitError.badData(other.path, at: place, "\(words) than \(reference.path): they don't compare")
            }
        }
        try require(first.input == second.input, "input", "takes another input (\(second.input.words))")
        try require(first.labels == second.labels, "labels", "has other labels")
        try require(first.task == second.task, "task", "scores its labels otherwise (\(second.task.rawValue))")
        try require(
            first.context == second.context, "context", "goes through a stream otherwise (\(second.context.rawValue))")
    }

    /// How they differ on made-up patches, which go through both projections: white noise of deviation 1, or tokens.
    ///
    /// - Parameter engine: threads and instruction set.
    /// - Throws: `TacitError`: bad data for a model whose results are no numbers; and where memory or threads are not to
    ///   be had.
    package func random(engine: EngineSettings) throws -> RandomErrors {
        let description = reference.description
        let count = min(description.input.window, RandomErrors.longest)
        let hasSameWidth = description.trunk.width == other.description.trunk.width
        let outputs = try [reference, other].map { try ModelOutputs($0, patches: count, engine: engine) }
        var (trunk, logits) = (RelativeErrors(), LogitErrors())
        var random = SplitMix64()
        for _ in 0..<RandomErrors.contexts {
            let input = MadeUpPatches(description.input, count: count, &random)
            let found = try outputs.map { try $0.run(input) }
            if hasSameWidth {
                let width = description.trunk.width
                for patch in 0..<count {
                    let range = patch * width..<(patch + 1) * width
                    trunk.add(found[1].normed[range], exact: found[0].normed[range])
                }
            }
            logits.add(found[1].logits, exact: found[0].logits)
        }
        let hasLabels = !description.labels.isEmpty
        return RandomErrors(
            contexts: RandomErrors.contexts, patches: count, trunk: hasSameWidth ? trunk.error : nil,
            logits: hasLabels ? logits.error : nil, agreeing: hasLabels ? logits.agreeing : nil)
    }

    /// How they differ on data.
    ///
    /// - Parameters:
    ///   - set: read for models like these.
    ///   - engine: threads and instruction set.
    ///   - progress: called with the examples done and all; what it throws ends the run.
    /// - Throws: `TacitError` for an example that can't be read, and for scores that are no numbers; what `progress` throws.
    package func calibration(
        _ set: CalibrationSet, engine: EngineSettings, progress: (Int, Int) throws -> Void
    ) throws -> Calibration {
        try set.run(exact: reference, stored: other, engine: engine, progress: progress)
    }
}
