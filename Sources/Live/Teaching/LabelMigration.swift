import TacitDiagnostics
import TacitLearning

/// Brings labels to a model: those of another model by the clips that were kept, those of another file beside its own.
package struct LabelMigration {
    private let maker: ExampleMaker
    private let model: TaughtModelIdentity
    private let base: TaughtBase
    private let report: (String) -> Void

    /// - Parameters:
    ///   - model: that the labels are brought to.
    ///   - maker: makes examples as it understands them.
    ///   - report: called with a line for each correction that is left out.
    /// - Throws: `TacitError` (bad data) for a model whose own points can't be read.
    package init(_ model: LoadedModel, maker: ExampleMaker, report: @escaping (String) -> Void) throws {
        self.maker = maker
        self.model = model.identity
        base = try model.base
        self.report = report
    }

    /// The same labels, taught to the model. Corrections of a label that it does not have are left out, for there is
    /// nothing to correct, and reported.
    ///
    /// - Parameters:
    ///   - labels: of any model.
    ///   - file: whose they are, for errors.
    /// - Throws: `TacitError` (bad data) where a label or a clip has no place in the model.
    package func renewed(_ labels: LearnedLabels, of file: String) throws -> LearnedLabels {
        for label in labels.labels {
            try requireLearned(
                label.name, file, remedy: "rename or forget the learned one, with \(labels.model.name)")
        }
        var renewed = LearnedLabels(model)
        var lost = 0
        func again(_ name: String, _ examples: [Example], isBackground: Bool = false) throws -> [Example] {
            let made = try self.renewed(
                examples, of: name, in: file, background: renewed.background, isBackground: isBackground)
            lost += examples.count - made.count
            return made
        }
        let background = try again("background", labels.background, isBackground: true)
        if !background.isEmpty { try renewed.hear(background: background, base) }
        var labelled: [(String, [Example], isCorrection: Bool)] = []
        for label in labels.labels { labelled.append((label.name, try again(label.name, label.examples), false)) }
        for correction in correctable(labels.corrections, among: labels, file) {
            labelled.append((correction.name, try again(correction.name, correction.examples), true))
        }
        if lost > 0 {
            // A label must not be lost to a renewal.
            throw TacitError.badData(
                file, at: "clips",
                "\(lost) examples have no clip that this model could be taught by: nothing was changed")
        }
        for (name, examples, isCorrection) in labelled where !examples.isEmpty {
            if isCorrection {
                try renewed.correct(name, examples, base)
            } else {
                try renewed.learn(name, examples, base)
            }
        }
        return renewed
    }

    /// Adds what `labels` do not have.
    ///
    /// - Parameters:
    ///   - other: of this model or of another.
    ///   - path: whose `other` are, for errors.
    ///   - labels: of this model; of no use once this has thrown.
    ///   - keepsClips: whether clips of this model's examples are taken too.
    /// - Throws: `TacitError` (bad data) where a label or a clip has no place in the model.
    package func add(
        _ other: LearnedLabels, of path: String, to labels: inout LearnedLabels, keepsClips: Bool
    ) throws {
        let isOwn = other.model.digest == model.digest
        guard !isOwn || other.model.width == model.width else {
            throw TacitError.badData(
                path, at: "width",
                "\(other.model.width) elements, expected \(model.width), which the model learns by")
        }
        let background = labels.background
        func own(_ name: String, _ examples: [Example]) throws -> [Example] {
            if isOwn { return keepsClips ? examples : examples.map(\.withoutClip) }
            let renewed = try renewed(examples, of: name, in: path, background: background)
            guard renewed.count == examples.count else {
                throw TacitError.badData(
                    path, at: name,
                    "was taught to another model, and \(examples.count - renewed.count) of its \(examples.count) "
                        + "examples have no clip that this model could be taught by: nothing was changed")
            }
            return renewed
        }
        for label in other.labels {
            // With examples or without.
            try requireLearned(label.name, path, remedy: "rename the learned one, with \(other.model.name)")
            let news = labels.news(of: label.name, try own(label.name, label.examples))
            if !news.isEmpty { try labels.learn(label.name, news, base) }
        }
        for correction in correctable(other.corrections, among: labels, path) {
            let news = labels.newCorrections(of: correction.name, try own(correction.name, correction.examples))
            if !news.isEmpty { try labels.correct(correction.name, news, base) }
        }
    }

    /// - Throws: `TacitError` (bad data) for a label that the model has itself.
    private func requireLearned(_ name: String, _ path: String, remedy: String) throws {
        guard base.labels.contains(name) else { return }
        throw TacitError.badData(path, at: name, "\(model.name) has such a label itself: \(remedy)")
    }

    /// The same examples as the model understands them, without those that have no clip for it.
    ///
    /// - Throws: `TacitError` naming file and label.
    private func renewed(
        _ examples: [Example], of name: String, in path: String, background: [Example], isBackground: Bool = false
    ) throws -> [Example] {
        try examples.compactMap { example in
            do {
                return try maker.renewed(example, background: background, isBackground: isBackground)
            } catch let error as TacitError {
                throw TacitError.badData(path, at: name, "a clip: \(error.description)")
            }
        }
    }

    /// Those of labels that the model or `labels` have; the others have nothing to correct, which is reported.
    private func correctable(
        _ corrections: [LearnedLabels.Correction], among labels: LearnedLabels, _ path: String
    ) -> [LearnedLabels.Correction] {
        corrections.filter { correction in
            let isKnown = labels.index(of: correction.name) != nil || base.labels.contains(correction.name)
            if !isKnown {
                report(
                    "\(path): \(correction.name): \(model.name) has no such label, and so its corrections are left out")
            }
            return isKnown
        }
    }
}
