import Glibc
import TacitConsole
import TacitDiagnostics
import TacitLearning
import TacitLive

/// Changes a file of learned labels. Nothing is written before all examples of one command are there.
final class LabelTeacher {
    /// What examples are for.
    struct Wish {
        let task: LearnOptions.Task
        let name: String
    }

    let maker: ExampleMaker
    private let model: LoadedModel
    private let file: String
    private let base: TaughtBase
    private let output: LearnOutput
    private let labeller: FileLabeller?
    private let keepsClips: Bool
    private var labels: LearnedLabels

    /// - Throws: `TacitError`: bad data for a broken file, or one that was taught to another model.
    init(
        _ model: LoadedModel, file: String, engine: EngineSettings, keepsClips: Bool, output: LearnOutput
    ) throws {
        self.file = file
        self.output = output
        self.keepsClips = keepsClips
        base = try model.base
        maker = try ExampleMaker(model, engine: engine, keepsClips: keepsClips)
        var taught = model
        if let labels = try LabelsFile.read(file) {
            self.labels = labels
            if labels.model.digest == model.identity.digest { try taught.teach(labels, file: file) }
        } else {
            labels = LearnedLabels(model.identity)
        }
        self.model = taught
        labeller = taught.description.labels.isEmpty ? nil : try FileLabeller(taught, hop: nil, engine: engine)
    }

    /// What can be refused before there are examples.
    ///
    /// - Throws: `TacitError`: bad data for labels of another model, usage for a name that can't be learned or corrected.
    func require(_ wish: Wish) throws {
        try requireSameModel()
        try wish.require(labels, base)
    }

    /// - Throws: `TacitError` (bad data) for labels of another model.
    private func requireSameModel() throws {
        var other = model
        try other.teach(labels, file: file)
    }

    // MARK: Examples

    /// A bad file prints its line, and the others are learned.
    func take(_ paths: [String], _ wish: Wish) throws {
        var first: TacitError?
        var examples: [Example] = []
        for path in paths {
            do {
                // Read once: it may be a pipe.
                let material = try maker.material(of: path, isBackground: wish.isBackground)
                let heard = try labeller?.read(material, path: path)
                examples += maker.examples(
                    of: material, background: labels.background, isBackground: wish.isBackground)
                if let remark = material.remark { StandardError.line(TacitError.badData(path, remark).description) }
                try output.heard(path, heard, model.description.labels)
            } catch let error as TacitError {
                first = first ?? error
                StandardError.line(error.description)
            }
        }
        if !examples.isEmpty { try learn(examples, wish) }
        if let first { throw ExitStatus.Reported(kind: first.kind) }
    }

    /// As they come, until there are enough.
    func take(_ live: LiveExamples, _ wish: Wish) throws {
        var examples: [Example] = []
        try live.run(background: labels.background, isBackground: wish.isBackground) { taken in
            examples += taken
            guard !wish.isBackground, examples.count > 2 else { return true }
            // Tried on a copy: what is unlike the others is asked for again.
            var trial = labels
            try wish.apply(examples, to: &trial, base)
            guard let likeness = trial.index(of: wish.name).map({ trial.classifiers.likeness[$0] })?.last,
                likeness < 0
            else { return true }
            examples.removeLast()
            return false
        }
        guard !examples.isEmpty else { return }
        try learn(examples, wish)
    }

    private func learn(_ examples: [Example], _ wish: Wish) throws {
        try change { labels, base in try wish.apply(examples, to: &labels, base) }
    }

    // MARK: Changes

    func change(_ body: (inout LearnedLabels, TaughtBase) throws -> Void) throws {
        try requireSameModel()
        try body(&labels, base)
        try write()
    }

    /// To this model, from the clips that were kept. Corrections of a label that it does not have are left out, for there is
    /// nothing to correct, and told.
    func renew() throws {
        for label in labels.labels where base.labels.contains(label.name) {
            throw TacitError.badData(
                file, at: label.name,
                "\(model.identity.name) has such a label itself: rename or forget the learned one, with "
                    + labels.model.name)
        }
        var renewed = LearnedLabels(model.identity)
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
        labels = renewed
        try write()
    }

    func export(_ names: [String], to path: String) throws {
        try requireSameModel()
        if let identity = FileIdentity(path: path) {
            for (own, what) in [(file, "the file of all labels"), (model.path, "the model")]
            where FileIdentity(path: own) == identity {
                throw TacitError(.cannotCreate, file: path, "is \(what) itself")
            }
            if SystemPath.kind(path) == S_IFREG, (try? LabelsFile.read(path)) == nil {
                throw TacitError(.cannotCreate, file: path, "is there and holds no labels: it is not written over")
            }
        }
        var chosen = try labels.only(names, base)
        if !keepsClips { chosen = chosen.withoutClips }
        try LabelsFile.write(chosen, to: path)
        try output.list(chosen)
    }

    /// What is there already stays as it is.
    func importing(_ path: String) throws {
        guard let other = try LabelsFile.read(path) else {
            throw TacitError(.noInput, file: path, "there is no such file")
        }
        let isOwn = other.model.digest == labels.model.digest
        guard !isOwn || other.model.width == labels.model.width else {
            throw TacitError.badData(
                path, at: "width",
                "\(other.model.width) elements, expected \(labels.model.width), which the model learns by")
        }
        let background = labels.background
        func own(_ name: String, _ examples: [Example]) throws -> [Example] {
            if isOwn { return keepsClips ? examples : examples.map(\.withoutClip) }
            let renewed = try renewed(examples, of: name, in: path, background: background)
            guard renewed.count == examples.count else {
                throw TacitError.badData(
                    path, at: name,
                    "was taught to another model, and \(examples.count - renewed.count) of its \(examples.count) examples have "
                        + "no clip that this model could be taught by: nothing was changed")
            }
            return renewed
        }
        try change { labels, base in
            for label in other.labels {
                // With examples or without.
                guard !base.labels.contains(label.name) else {
                    throw TacitError.badData(
                        path, at: label.name,
                        "\(model.identity.name) has such a label itself: rename the learned one, with \(other.model.name)"
                    )
                }
                let news = labels.news(of: label.name, try own(label.name, label.examples))
                if !news.isEmpty { try labels.learn(label.name, news, base) }
            }
            for correction in correctable(other.corrections, among: labels, path) {
                let news = labels.newCorrections(of: correction.name, try own(correction.name, correction.examples))
                if !news.isEmpty { try labels.correct(correction.name, news, base) }
            }
        }
    }

    /// The same examples as this model understands them, without those that have no clip for it.
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

    /// Those of labels that the model or `labels` have; the others have nothing to correct, which is said.
    private func correctable(
        _ corrections: [LearnedLabels.Correction], among labels: LearnedLabels, _ path: String
    ) -> [LearnedLabels.Correction] {
        corrections.filter { correction in
            let isKnown = labels.index(of: correction.name) != nil || base.labels.contains(correction.name)
            if !isKnown {
                StandardError.line(
                    "\(path): \(correction.name): \(model.identity.name) has no such label, and so its corrections are "
                        + "left out")
            }
            return isKnown
        }
    }

    private func write() throws {
        try LabelsFile.write(labels, to: file)
        try output.list(labels)
    }
}

extension LabelTeacher.Wish {
    /// What can be refused before there are examples.
    func require(_ labels: LearnedLabels, _ base: TaughtBase) throws {
        switch task {
        case .correct: try labels.requireCorrectable(name, base)
        case .hearBackground: break
        default: try labels.requireLearnable(name, base)
        }
    }

    var isBackground: Bool { if case .hearBackground = task { true } else { false } }

    func apply(_ examples: [Example], to labels: inout LearnedLabels, _ base: TaughtBase) throws {
        switch task {
        case .correct: try labels.correct(name, examples, base)
        case .hearBackground: try labels.hear(background: examples, base)
        default: try labels.learn(name, examples, base)
        }
    }
}
