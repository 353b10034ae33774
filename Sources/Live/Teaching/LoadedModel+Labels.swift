import TacitDiagnostics
import TacitEngine
import TacitLabelling
import TacitLearning
import TacitModelFile

/// What is taught to a model.
extension LoadedModel {
    /// Of labels that were taught: a score of 0.5 is where what is like them ends.
    package static let learnedThreshold: Float = 0.5

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
                others: (head?.others ?? 0) > 0 ? Array(try file.vector(TensorName.learningOthers)) : [],
                taughtOthers: head?.taughtOthers ?? 0)
        }
    }

    /// What a file holds that was taught to this model.
    ///
    /// - Throws: `TacitError`: no input where there is none, bad data for a broken one or labels of another model.
    package func learnedLabels(in file: String) throws -> LearnedLabels {
        guard let labels = try LabelsFile.read(file) else {
            throw TacitError(.noInput, file: file, "there is no such file").mended(by: .teaching)
        }
        try requireOwn(labels, file: file)
        return labels
    }

    /// What a file holds that was taught to this model; nothing where there is no file yet.
    ///
    /// - Throws: `TacitError` (bad data) for a broken file or labels of another model.
    package func learnedLabels(ifAnyIn file: String) throws -> LearnedLabels {
        guard let labels = try LabelsFile.read(file) else { return LearnedLabels(identity) }
        try requireOwn(labels, file: file)
        return labels
    }

    /// Reads, changes and writes a file of learned labels under one lock: two who teach at once both have taught.
    ///
    /// - Parameters:
    ///   - file: that need not be there yet.
    ///   - written: told what the file holds now, before the next one has the lock.
    ///   - body: changes what it held.
    /// - Throws: as `learnedLabels(ifAnyIn:)` does, what `body` throws, and output where the file can't be written; it
    ///   is as it was then.
    package func change<Result>(
        labelsIn file: String, written: (LearnedLabels) -> Void = { _ in },
        _ body: (inout LearnedLabels) throws -> Result
    ) throws -> Result {
        let lock = try LabelsLock(beside: file)
        return try withExtendedLifetime(lock) {
            var labels = try learnedLabels(ifAnyIn: file)
            let result = try body(&labels)
            try LabelsFile.write(labels, to: file)
            written(labels)
            return result
        }
    }

    /// The same model with the labels of a file behind its own.
    ///
    /// - Throws: as `learnedLabels(in:)` does.
    package func taught(by file: String) throws -> LoadedModel {
        var model = self
        try model.teach(learnedLabels(in: file), file: file)
        return model
    }

    /// The same model with what a file of labels holds now. What runs with the labels that it has takes them over, and
    /// each label keeps its place: those that are new stand behind all others, those that are gone leave theirs empty.
    ///
    /// - Returns: nil where it has no learned labels, so that what runs has no room for any.
    /// - Throws: as `learnedLabels(in:)` does; all is as it was then.
    package func following(_ file: String) throws -> LoadedModel? {
        guard let planes else { return nil }
        let labels = try learnedLabels(in: file)
        guard planes.follow(labels) else { return nil }
        var model = self
        model.learned = labels
        model.describe(learned: planes.places.names)
        return model
    }

    /// The same model with the same learned labels, which are changed by themselves from now on.
    package var apart: LoadedModel {
        guard let planes else { return self }
        var model = self
        model.planes = TaughtPlanes(planes)
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
        describe(learned: labels.labels.map(\.name))
    }

    /// Takes away the places of learned labels that whatever runs is not to say. The next change of what was taught
    /// gives them others, behind all that there are then.
    ///
    /// - Returns: those of them that were learned.
    @discardableResult
    package mutating func leaveUnsaid(_ names: Set<String>) -> [String] {
        guard let learned else { return [] }
        let unsaid = learned.labels.map(\.name).filter(names.contains)
        guard !unsaid.isEmpty else { return [] }
        planes = TaughtPlanes(learned, model.description, unsaid: names)
        describe(learned: learned.labels.map(\.name).filter { !names.contains($0) })
        return unsaid
    }

    private mutating func describe(learned names: [String]) {
        description = model.description
        description.labels += names
        description.thresholds += [Float](repeating: Self.learnedThreshold, count: names.count)
    }

    /// Whether all examples have clips that this model can hear or see, but for corrections that it has no label for.
    package func canRenew(_ labels: LearnedLabels) -> Bool {
        let corrections = labels.corrections.filter {
            labels.index(of: $0.name) != nil || model.description.labels.contains($0.name)
        }
        let examples = (labels.labels.map(\.examples) + corrections.map(\.examples) + [labels.background]).joined()
        return !examples.isEmpty
            && examples.allSatisfy { example in
                switch (example.clip, description.input.sense) {
                case (.sound?, .sound), (.picture?, .pictures): true
                default: false
                }
            }
    }

    /// - Throws: `TacitError` (bad data) for labels that this model does not go with.
    package func requireOwn(_ labels: LearnedLabels, file: String) throws {
        guard labels.model.digest == identity.digest, labels.model.width == identity.width else {
            let error = TacitError.badData(
                file, at: "model", "the labels were taught to another model, \(labels.model.name): name that one")
            throw canRenew(labels) ? error.mended(by: .renewing(model: path, labels: file)) : error
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
    /// The average that a model asks for was chosen for its own labels. What was taught has scores made to be taken one
    /// by one, and may be over long before that average shows it.
    ///
    /// - Parameter smooth: seconds that were asked for instead, which hold for all labels.
    package func averagedLabels(smooth: Double?) -> Int? {
        smooth == nil ? model.description.labels.count : nil
    }

    /// A session, with the labels that were taught to it behind its own.
    package func taught(_ session: Session) -> any PatchModel {
        planes.map { TaughtModel(session, model.description, $0) } ?? session
    }
}
