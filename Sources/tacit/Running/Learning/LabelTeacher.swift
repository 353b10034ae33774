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
    private var labels: LearnedLabels

    /// - Throws: `TacitError`: bad data for a broken file, or one that was taught to another model.
    init(
        _ model: LoadedModel, file: String, engine: EngineSettings, keepsClips: Bool, output: LearnOutput
    ) throws {
        self.file = file
        self.output = output
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
                let heard = try labeller?.read(path)
                examples.append(
                    try maker.example(
                        of: path, background: labels.background, isBackground: wish.isBackground))
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
        try live.run(background: labels.background, isBackground: wish.isBackground) { example in
            examples.append(example)
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
        var renewed = LearnedLabels(model.identity)
        var lost = 0
        var leftOut: [String] = []
        func again(_ examples: [Example], isBackground: Bool = false) throws -> [Example] {
            let made = try examples.compactMap {
                try maker.renewed($0, background: renewed.background, isBackground: isBackground)
            }
            lost += examples.count - made.count
            return made
        }
        let background = try again(labels.background, isBackground: true)
        if !background.isEmpty { try renewed.hear(background: background, base) }
        var labelled: [(String, [Example], isCorrection: Bool)] = []
        for label in labels.labels { labelled.append((label.name, try again(label.examples), false)) }
        for correction in labels.corrections {
            guard labels.index(of: correction.name) != nil || base.labels.contains(correction.name) else {
                leftOut.append(correction.name)
                continue
            }
            labelled.append((correction.name, try again(correction.examples), true))
        }
        for (name, examples, isCorrection) in labelled where !examples.isEmpty {
            if isCorrection {
                try renewed.correct(name, examples, base)
            } else {
                try renewed.learn(name, examples, base)
            }
        }
        if lost > 0 {
            // A label must not be lost to a renewal.
            throw TacitError.badData(
                file, at: "clips", "\(lost) examples have no clip that this model could be taught by: nothing was changed")
        }
        labels = renewed
        try write()
        for name in leftOut {
            StandardError.line("\(file): the corrections of '\(name)' are left out: the model has no such label")
        }
    }

    func export(_ names: [String], to path: String) throws {
        try requireSameModel()
        var chosen = LearnedLabels(labels.model)
        for name in names.isEmpty ? labels.labels.map(\.name) : names {
            guard let index = labels.index(of: name) else {
                throw TacitError(.usage, "no label '\(name)' was learned")
            }
            try chosen.learn(name, labels.labels[index].examples, base)
        }
        try LabelsFile.write(chosen, to: path)
        try output.list(chosen)
    }

    func importing(_ path: String) throws {
        guard let other = try LabelsFile.read(path) else {
            throw TacitError(.noInput, file: path, "there is no such file")
        }
        try change { labels, base in
            for label in other.labels {
                var examples = label.examples
                if other.model.digest != labels.model.digest {
                    examples = try examples.compactMap { try maker.renewed($0, background: labels.background) }
                    guard !examples.isEmpty else {
                        throw TacitError.badData(
                            path, at: label.name, "was taught to another model, and no clips of its examples were kept")
                    }
                }
                try labels.learn(label.name, examples, base)
            }
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
