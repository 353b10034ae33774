import TacitDiagnostics
import TacitEngine
import TacitEvaluation
import TacitLabelling
import TacitModelFile

/// A model file and what is needed to run it.
package struct LoadedModel {
    package let path: String
    package let file: ModelFile
    package let model: Model

    package var description: ModelDescription { model.description }

    package init(path: String) throws { try self.init(try ModelFile(path: path)) }

    package init(_ file: ModelFile) throws {
        path = file.path
        self.file = file
        do {
            model = try Model(file)
        } catch let error as TacitError {
            throw error.inFile(path)
        }
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

    /// A session for one picture at a time.
    package func imageSession(engine: EngineSettings) throws -> Session {
        try session(contexts: 1, rows: min(description.input.window, 128), engine: engine)
    }

    /// A session that has what `plan` needs.
    package func session(plan: WindowPlan, engine: EngineSettings) throws -> Session {
        try session(contexts: plan.contexts, rows: plan.rows, engine: engine)
    }

    /// Seconds.
    private static let liveLatency = 0.25
    private static let liveOperations = 0.4e9

    package func session(contexts: Int, rows: Int, engine: EngineSettings) throws -> Session {
        try session(
            contexts: contexts, rows: rows, threads: engine.threads, instructionSet: engine.instructionSet)
    }

    /// - Parameters:
    ///   - contexts: side by side.
    ///   - rows: the most patches times contexts that go through at once.
    ///   - threads: 1 or more.
    ///   - instructionSet: nil for this machine's best.
    package func session(contexts: Int, rows: Int, threads: Int, instructionSet: String?) throws -> Session {
        do {
            return try Session(
                model: model, contexts: contexts, maximumPatches: rows, threads: threads,
                instructionSet: instructionSet)
        } catch let error as TacitError where error.kind == .badData {
            throw error.inFile(path)
        }
    }

    /// How windows follow one another.
    ///
    /// - Parameters:
    ///   - hop: seconds from one window to the next; nil for the model's own.
    ///   - isLive: whether labels are waited for. Then no more goes through the model at once than either has come
    ///     within a moment, so that it takes less than that to compute on any machine that keeps up at all, or is so
    ///     little arithmetic that it takes a few milliseconds of one core (a Raspberry Pi 4: some 20). Fewer and larger
    ///     pushes are cheaper: after each pause the weights come from memory anew.
    package func plan(hop: Double?, isLive: Bool = false) throws -> WindowPlan {
        let rows = Self.liveOperations / max(OperationCount(description).step, 1)
        do {
            return try WindowPlan(
                description, hop: hop, latency: isLive ? Self.liveLatency : nil, rows: Int(rows))
        } catch let error as TacitError where error.kind == .badData {
            throw error.inFile(path)
        }
    }
}
