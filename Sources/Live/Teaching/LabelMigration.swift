import TacitDiagnostics
import TacitLearning

/// Brings labels to a model: those of another model by the clips that were kept, those of another file beside its own.
package struct LabelMigration {
    private let maker: ExampleMaker
    private let model: TaughtModelIdentity
    private let base: TaughtBase

    /// - Parameters:
    ///   - model: that the labels are brought to.
    ///   - maker: makes examples as it understands them.
    /// - Throws: `TacitError` (bad data) for a model whose own points can't be read.
    package init(_ model: LoadedModel, maker: ExampleMaker) throws {
        self.maker = maker
        self.model = model.identity
        base = try model.base
    }

    /// The same labels, taught to the model. Corrections of a label that it does not have are left out, for there is
    /// nothing to correct.
    ///
    /// - Parameters:
    ///   - labels: of any model.
    ///   - file: whose they are, for errors.
    /// - Returns: the labels, and a line for each correction that is left out.
    /// - Throws: `TacitError` (bad data) where a label or a clip has no place in the model.
    package func renewed(
        _ labels: LearnedLabels, of file: String
    ) throws -> (labels: LearnedLabels, leftOut: [String]) {
        for label in labels.labels {
            try requireLearnable(
                label.name, file, remedy: "rename or forget the learned one, with \(labels.model.name)")
        }
        var lost: [(count: Int, words: String)] = []
        var additions: [LearnedLabels.Addition] = []
        var background: [Example] = []
        func again(_ name: String, _ examples: [Example], isBackground: Bool = false) throws -> [Example] {
            let made = try self.renewed(
                examples, of: name, in: file, background: background, isBackground: isBackground)
            let count = examples.count - made.count
            if count > 0 { lost.append((count, "\(name): \(count) of \(examples.count)")) }
            return made
        }
        background = try again("the background", labels.background, isBackground: true)
        if !background.isEmpty { additions.append(.background(background)) }
        let taught = labels.labels.filter { !$0.examples.isEmpty }
        for label in taught { additions.append(.label(label.name, try again(label.name, label.examples))) }
        let (corrections, leftOut) = correctable(labels.corrections, among: Set(taught.map(\.name)), file)
        for correction in corrections where !correction.examples.isEmpty {
            additions.append(.correction(correction.name, try again(correction.name, correction.examples)))
        }
        guard lost.isEmpty else {
            // A label must not be lost to a renewal.
            let count = lost.reduce(0) { $0 + $1.count }
            throw TacitError.badData(
                file, at: "clips",
                "\(count) \(count == 1 ? "example has" : "examples have") no clip that this model could be taught by ("
                    + lost.map(\.words).joined(separator: "; ")
                    + "): nothing was changed"
            ).mended(by: .teachingAgain(model: labels.model.name))
        }
        var renewed = LearnedLabels(model)
        try renewed.add(additions, base)
        return (renewed, leftOut)
    }

    /// Adds what `labels` do not have.
    ///
    /// - Parameters:
    ///   - other: of this model or of another.
    ///   - path: whose `other` are, for errors.
    ///   - labels: of this model; as they were once this has thrown.
    ///   - keepsClips: whether clips of this model's examples are taken too.
    /// - Returns: a line for each correction that is left out.
    /// - Throws: `TacitError` (bad data) where a label or a clip has no place in the model.
    package func add(
        _ other: LearnedLabels, of path: String, to labels: inout LearnedLabels, keepsClips: Bool
    ) throws -> [String] {
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
        var additions: [LearnedLabels.Addition] = []
        var known = Set(labels.labels.map(\.name))
        for label in other.labels {
            // With examples or without.
            try requireLearnable(label.name, path, remedy: "rename the learned one, with \(other.model.name)")
            let news = labels.news(of: label.name, try own(label.name, label.examples))
            guard !news.isEmpty else { continue }
            additions.append(.label(label.name, news))
            known.insert(label.name)
        }
        let (corrections, leftOut) = correctable(other.corrections, among: known, path)
        for correction in corrections {
            let news = labels.news(of: correction.name, try own(correction.name, correction.examples))
            if !news.isEmpty { additions.append(.correction(correction.name, news)) }
        }
        try labels.add(additions, base)
        return leftOut
    }

    /// - Throws: `TacitError` (bad data) for a name that no label may be given, and a label that the model has itself.
    private func requireLearnable(_ name: String, _ path: String, remedy: String) throws {
        if let fault = LabelName.fault(in: name) {
            throw TacitError.badData(path, at: name, "\(fault): \(remedy)")
        }
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

    /// Those of labels that the model has or that are learned; the others have nothing to correct, which a line each says.
    private func correctable(
        _ corrections: [LearnedLabels.Correction], among learned: Set<String>, _ path: String
    ) -> (corrections: [LearnedLabels.Correction], leftOut: [String]) {
        func isKnown(_ name: String) -> Bool { learned.contains(name) || base.labels.contains(name) }
        return (
            corrections.filter { isKnown($0.name) },
            corrections.filter { !isKnown($0.name) }.map {
                "\(path): \($0.name): \(model.name) has no such label, and so its corrections are left out"
            }
        )
    }
}
