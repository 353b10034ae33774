import TacitDiagnostics
import TacitEngine
import TacitEvaluation
import TacitLabelling
import TacitLearning
import TacitModelFile

/// A model file and what is needed to run it.
package struct LoadedModel {
    package let path: String
    package let file: ModelFile
    package let model: Model
    /// Labels that were taught to it; they stand behind its own.
    package private(set) var learned: LearnedLabels?
    /// The file that they were read from, as it was.
    private(set) var learnedVersion: FileVersion?
    /// The same for models that are being run, which take over what is taught anew.
    package private(set) var planes: TaughtPlanes?
    /// Of the model and the labels that were taught to it.
    package private(set) var description: ModelDescription

    /// Of labels that were taught: a score of 0.5 is where what is like them ends.
    package static let learnedThreshold: Float = 0.5

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
        try teach(ownLabels(in: labels), file: labels)
    }

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

    /// Who it is to labels that are taught to it.
    package var identity: TaughtModelIdentity {
        TaughtModelIdentity(
            digest: file.digest, name: String(SystemPath.name(of: path)),
            width: model.description.learningWidth)
    }

    /// What of it counts when labels are taught to it.
    package var base: TaughtBase {
        get throws {
            let head = model.description.learning
            return TaughtBase(
                labels: model.description.labels,
                prototypes: head?.hasPrototypes == true ? Array(try file.vector(TensorName.learningPrototypes)) : [],
                others: (head?.others ?? 0) > 0 ? Array(try file.vector(TensorName.learningOthers)) : [])
        }
    }

    /// What a file holds that was taught to this model.
    ///
    /// - Throws: `TacitError`: no input where there is none, bad data for a broken one or labels of another model.
    package func ownLabels(in file: String) throws -> LearnedLabels {
        guard let labels = try LabelsFile.read(file) else {
            throw TacitError(.noInput, file: file, "there is no such file: `tacit learn` makes one")
        }
        try requireOwn(labels, file: file)
        return labels
    }

    /// The same model with the labels of a file behind its own.
    ///
    /// - Throws: as `ownLabels` does.
    package func taught(by file: String) throws -> LoadedModel {
        var model = self
        try model.teach(ownLabels(in: file), file: file)
        return model
    }

    /// Puts learned labels behind its own.
    ///
    /// - Parameters:
    ///   - labels: taught to this very model.
    ///   - file: where they come from, for errors.
    /// - Throws: `TacitError` (bad data) for labels of another model.
    package mutating func teach(_ labels: LearnedLabels, file: String) throws {
        try requireOwn(labels, file: file)
        learned = labels
        planes = TaughtPlanes(labels, model.description)
        description = model.description
        description.labels += labels.labels.map(\.name)
        description.thresholds += [Float](repeating: Self.learnedThreshold, count: labels.labels.count)
    }

    /// What teaches the labels of a file to it that were taught to another model, as a shell takes it.
    package func renewCommand(_ file: String) -> String {
        "tacit learn \(ShellQuote.word(path)) --renew --labels \(ShellQuote.word(file))"
    }

    /// Whether some example has a clip that this model can hear or see.
    package func canRenew(_ labels: LearnedLabels) -> Bool {
        (labels.labels.flatMap(\.examples) + labels.corrections.flatMap(\.examples)).contains { example in
            switch (example.clip, description.input.sense) {
            case (.sound?, .sound), (.picture?, .pictures): true
            default: false
            }
        }
    }

    /// - Throws: `TacitError` (bad data) for labels that this model does not go with.
    package func requireOwn(_ labels: LearnedLabels, file: String) throws {
        guard labels.model.digest == identity.digest, labels.model.width == identity.width else {
            throw TacitError.badData(
                file, at: "model",
                "the labels were taught to another model, \(labels.model.name): name that one"
                    + (canRenew(labels)
                        ? ", or `\(renewCommand(file))` teaches them to this one" : ""))
        }
        let own = model.description.labels
        if let clash = labels.labels.first(where: { own.contains($0.name) }) {
            throw TacitError.badData(file, at: clash.name, "is a label of the model already")
        }
        guard labels.classifiers.corrected.allSatisfy(own.contains) else {
            throw TacitError.badData(file, at: "corrections", "of a label that the model does not have")
        }
    }

    /// Of how many labels, from the first on, scores are averaged before events are decided; nil for all.
    ///
    /// The average that a model asks for was chosen for its own labels. What was taught has scores made to be taken one by one,
    /// and may be over long before that average shows it.
    ///
    /// - Parameter smooth: seconds that were asked for instead, which hold for all labels.
    package func averagedLabels(smooth: Double?) -> Int? {
        smooth == nil ? model.description.labels.count : nil
    }

    /// A session, with the labels that were taught to it behind its own.
    package func taught(_ session: Session) -> any PatchModel {
        planes.map { TaughtModel(session, model.description, $0) } ?? session
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
        try session(contexts: 1, rows: description.rowsAtOnce, engine: engine)
    }

    /// A session that has what `plan` needs.
    package func session(plan: WindowPlan, engine: EngineSettings) throws -> Session {
        try session(contexts: plan.contexts, rows: plan.rows, engine: engine)
    }

    /// Seconds.
    private static let liveLatency = 0.25
    /// Operations, as `OperationCount` has them, in one push: some 20 ms of one core of a Raspberry Pi 4.
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
    ///   - learns: whether labels are to be taught by what it makes of examples.
    package func session(
        contexts: Int, rows: Int, threads: Int, instructionSet: String?, learns: Bool = false
    ) throws -> Session {
        do {
            return try Session(
                model: model, contexts: contexts, maximumPatches: rows, threads: threads,
                instructionSet: instructionSet, learns: learned != nil || learns)
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
    ///   - readsAhead: see `WindowPlan`; where labels are not waited for.
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
