import TacitDiagnostics
import TacitEngine
import TacitLabelling
import TacitLearning
import TacitModelFile

/// A model file and what is needed to run it.
package struct LoadedModel: Sendable {
    package let path: String
    package let file: ModelFile
    package let model: Model
    /// Labels that were taught to it; they stand behind its own.
    package internal(set) var learned: LearnedLabels?
    /// The file that they were read from, as it was.
    private(set) var learnedVersion: FileVersion?
    /// The same for models that are being run, which take over what is taught anew.
    package internal(set) var planes: TaughtPlanes?
    /// Of the model and the labels that were taught to it.
    package internal(set) var description: ModelDescription

    /// - Parameters:
    ///   - path: the model file.
    ///   - labels: the file of labels that were taught to it, if there is one.
    /// - Throws: `TacitError`, `noInput` if one of them is not there, `badData` if it is broken or the labels are of another
    ///   model.
    package init(path: String, labels: String? = nil) throws {
        try self.init(try ModelFile(path: path))
        guard let labels else { return }
        // Before it is read: what changes meanwhile is news to whoever follows it.
        learnedVersion = FileVersion(labels)
        try teach(learnedLabels(in: labels), file: labels)
    }

    /// - Throws: `TacitError` (bad data) naming the file, for tensors that are not those of its description.
    package init(_ file: ModelFile) throws {
        path = file.path
        self.file = file
        do {
            model = try Model(file)
        } catch let error as TacitError {
            throw error.inFile(path)
        }
        description = model.description
    }

    /// - Throws: `TacitError` (bad data) when the model has no labels to give.
    package func requireLabels() throws { try description.requireLabels(path) }

    /// - Throws: `TacitError` (bad data) when the model's sense is another than hearing.
    package func requireSound() throws { try require(.sound) }

    /// - Throws: `TacitError` (bad data) when the model's sense is another than seeing.
    package func requireImages() throws { try require(.pictures) }

    private func require(_ sense: InputSense) throws {
        let own = description.input.sense
        guard own == sense else {
            throw TacitError.badData(path, at: "input", "the model takes \(own.rawValue), not \(sense.rawValue)")
        }
    }

    /// A session that has what `plan` needs.
    ///
    /// - Throws: `TacitError` as for any session.
    package func session(plan: WindowPlan, engine: EngineSettings, learns: Bool = false) throws -> Session {
        try session(contexts: plan.contexts, rows: plan.rows, engine: engine, learns: learns)
    }

    /// - Parameters:
    ///   - contexts: side by side.
    ///   - rows: the most patches times contexts that go through at once.
    ///   - engine: threads and instruction set.
    ///   - learns: whether labels are to be taught by what it makes of examples.
    /// - Throws: `TacitError`: usage for an instruction set that this machine does not have or a number out of range,
    ///   input and output where memory or threads are not to be had.
    package func session(
        contexts: Int, rows: Int, engine: EngineSettings, learns: Bool = false
    ) throws -> Session {
        do {
            return try Session(
                model: model, contexts: contexts, maximumPatches: rows, threads: engine.threads,
                instructionSet: engine.instructionSet, learns: learned != nil || learns)
        } catch let error as TacitError where error.kind == .badData {
            throw error.inFile(path)
        }
    }

    /// Seconds.
    private static let liveLatency = 0.25
    /// Operations, as `OperationCount` has them, in one push: some 20 ms of one core of a Raspberry Pi 4.
    private static let liveOperations = 0.4e9

    /// How windows follow one another.
    ///
    /// - Parameters:
    ///   - hop: seconds from one window to the next; nil for the model's own.
    ///   - isLive: whether labels are waited for. Then at most what comes in 0.25 s, or some 20 ms of one core of a
    ///     Raspberry Pi 4, goes through the model at once, whichever is more. Fewer and larger pushes are cheaper: after
    ///     each pause the weights come from memory anew.
    ///   - readsAhead: see `WindowPlan`; where labels are not waited for.
    /// - Throws: `TacitError`: usage for a hop out of range, bad data naming the file for a model that does not hear.
    package func plan(hop: Double?, isLive: Bool = false, readsAhead: Bool = false) throws -> WindowPlan {
        let rows = Self.liveOperations / max(OperationCount(description).step, 1)
        do {
            return try WindowPlan(
                description, hop: hop, latency: isLive ? Self.liveLatency : nil, rows: Int(rows), readsAhead: readsAhead
            )
        } catch let error as TacitError where error.kind == .badData {
            throw error.inFile(path)
        }
    }
}
