import TacitDiagnostics

/// Labels that were taught where the model runs: their examples, corrections of these and of the model's own labels,
/// what the place sounds or looks like when nothing happens, and what was computed of it all.
///
/// They belong to one model. Whatever is changed, all is computed anew, so that the order in which things were taught
/// leaves no trace.
package struct LearnedLabels: Equatable, Sendable {
    package struct Label: Equatable, Sendable {
        package var name: String
        package var examples: [Example]
    }

    /// What a label of the model, or a learned one, was said and should not have been.
    package struct Correction: Equatable, Sendable {
        package var name: String
        package var examples: [Example]
    }

    package let model: TaughtModelIdentity
    package internal(set) var labels: [Label] = []
    package internal(set) var corrections: [Correction] = []
    package internal(set) var background: [Example] = []
    package private(set) var classifiers: Classifiers

    package init(_ model: TaughtModelIdentity) {
        self.model = model
        classifiers = Classifiers(width: model.width)
    }

    /// From a file; nothing is computed.
    init(
        _ model: TaughtModelIdentity, labels: [Label], corrections: [Correction], background: [Example],
        classifiers: Classifiers
    ) {
        self.model = model
        self.labels = labels
        self.corrections = corrections
        self.background = background
        self.classifiers = classifiers
    }

    package func index(of name: String) -> Int? { labels.firstIndex { $0.name == name } }

    /// All that are kept.
    private var clips: [Clip] {
        (labels.flatMap(\.examples) + corrections.flatMap(\.examples) + background).compactMap(\.clip)
    }

    /// The same, but for what examples were made of.
    package var withoutClips: LearnedLabels {
        func bare(_ examples: [Example]) -> [Example] { examples.map(\.withoutClip) }
        return LearnedLabels(
            model, labels: labels.map { Label(name: $0.name, examples: bare($0.examples)) },
            corrections: corrections.map { Correction(name: $0.name, examples: bare($0.examples)) },
            background: bare(background), classifiers: classifiers)
    }

    // MARK: Changes

    /// Whether a label may be learned, before there are examples.
    ///
    /// - Throws: `TacitError` (usage) for a name that can't be one or is the model's own.
    package func requireLearnable(_ name: String, _ base: TaughtBase) throws {
        try LabelName.check(name)
        guard !base.labels.contains(name) else {
            throw TacitError(
                .usage, "'\(name)' is a label of the model: choose another name, or correct it")
        }
    }

    /// Whether there is such a label to be corrected.
    ///
    /// - Throws: `TacitError` (usage) where there is none.
    package func requireCorrectable(_ name: String, _ base: TaughtBase) throws {
        guard index(of: name) != nil || base.labels.contains(name) else { throw unknown(name) }
    }

    /// Examples, and what they are of.
    package enum Addition: Sendable {
        case label(String, [Example])
        /// Of what a label, a learned one or one of the model's own, should not have been said. A learned label of which no
        /// example is left is forgotten.
        case correction(String, [Example])
        /// This is what the place sounds or looks like. What the model says of it counts as corrected.
        case background([Example])
    }

    /// What an example was before it was added.
    package enum Standing: Sendable {
        case new
        /// The same, without its clip.
        case known
        /// The opposite, which it is no more: what is said later holds.
        case opposite
    }

    /// One behind the other, all or none; what is computed of them is computed once.
    ///
    /// - Returns: what each example was before.
    /// - Throws: `TacitError` (usage) for a name that can't be one, that is the model's own where a label is taught, or that
    ///   is none where one is corrected; and beyond the limits.
    @discardableResult
    package mutating func add(_ additions: [Addition], _ base: TaughtBase) throws -> [Standing] {
        guard !additions.isEmpty else { return [] }
        return try change(base) { changed in try additions.flatMap { try changed.append($0, base) } }
    }

    /// Whether there is room for what would be added, which can be known before anything is computed of it.
    ///
    /// - Throws: `TacitError` (usage) as `add` does.
    package func requireRoom(for addition: Addition, _ base: TaughtBase) throws {
        var changed = self
        _ = try changed.append(addition, base)
        try changed.checkClips()
    }

    /// Computes nothing.
    mutating func append(_ addition: Addition, _ base: TaughtBase) throws -> [Standing] {
        switch addition {
        case .label(let name, let examples):
            try requireLearnable(name, base)
            let place = index(of: name) ?? labels.count
            if place == labels.count {
                guard labels.count < LearningLimits.labels else {
                    throw TacitError(
                        .usage, "\(labels.count) labels are learned already, which is the most there may be")
                }
                labels.append(Label(name: name, examples: []))
            }
            var (list, opposite) = (labels[place].examples, examplesCorrecting(name))
            let standings = take(examples, into: &list, outOf: &opposite)
            try Self.check(list, of: name)
            labels[place].examples = list
            setCorrections(of: name, opposite)
            return standings
        case .correction(let name, let examples):
            try requireCorrectable(name, base)
            // What parts of a sound are not is asked for a label's own examples alone.
            let examples = examples.map { Example(rows: $0.rows, clip: $0.clip) }
            let place = index(of: name)
            var (list, opposite) = (examplesCorrecting(name), examplesTeaching(name))
            let standings = take(examples, into: &list, outOf: &opposite)
            try Self.check(list, of: name)
            setCorrections(of: name, list)
            if let place { labels[place].examples = opposite }
            return standings
        case .background(let examples):
            var (list, none): ([Example], [Example]) = (background, [])
            let standings = take(examples, into: &list, outOf: &none)
            try Self.check(list, of: "the background")
            background = list
            return standings
        }
    }

    /// With its corrections. The model's own label is known again as it was before it was corrected, or held back in
    /// the background: until a background of which it is said is heard again, or taught anew.
    ///
    /// - Throws: `TacitError` (usage) where nothing was learned of that name.
    package mutating func forget(_ name: String, _ base: TaughtBase) throws {
        guard
            index(of: name) != nil || corrections.contains(where: { $0.name == name })
                || background.contains(where: { $0.said.contains(name) })
        else { throw unknown(name) }
        try change(base) { changed in
            changed.labels.removeAll { $0.name == name }
            changed.corrections.removeAll { $0.name == name }
            for index in changed.background.indices { changed.background[index].said.removeAll { $0 == name } }
        }
    }

    /// What the place sounds or looks like; what was held back there is said again.
    ///
    /// - Throws: `TacitError` (usage) where there is none.
    package mutating func forgetBackground(_ base: TaughtBase) throws {
        guard !background.isEmpty else { throw TacitError(.usage, "there is no background to forget") }
        try change(base) { $0.background = [] }
    }

    /// - Throws: `TacitError` (usage) where there is no such learned label, or one of the new name already.
    package mutating func rename(_ name: String, to newName: String, _ base: TaughtBase) throws {
        guard let index = index(of: name) else { throw unknown(name) }
        try LabelName.check(newName)
        guard self.index(of: newName) == nil, !base.labels.contains(newName) else {
            throw TacitError(.usage, "there is a label '\(newName)' already")
        }
        try change(base) { changed in
            changed.labels[index].name = newName
            if let correction = changed.corrections.firstIndex(where: { $0.name == name }) {
                changed.corrections[correction].name = newName
            }
        }
    }

    /// Whole or not at all.
    mutating func change<Result>(
        _ base: TaughtBase, _ body: (inout LearnedLabels) throws -> Result
    ) throws -> Result {
        var changed = self
        let result = try body(&changed)
        changed.forgetEmptied(since: self)
        try changed.checkClips()
        changed.classifiers = try Classifiers(of: changed, base)
        self = changed
        return result
    }

    // MARK: Limits

    private func checkClips() throws {
        let clips = clips
        let bytes = clips.reduce(0) { $0 + $1.byteCount }
        guard bytes <= LearningLimits.clipBytes else {
            throw TacitError(
                .usage, "\(bytes) bytes of clips, expected at most \(LearningLimits.clipBytes): keep none")
        }
        let seconds = clips.reduce(0) { $0 + $1.seconds }
        guard seconds <= LearningLimits.allClipsSeconds else {
            throw TacitError(
                .usage,
                "\(Int(seconds.rounded(.up))) s of clips, expected at most \(Int(LearningLimits.allClipsSeconds)): "
                    + "keep none")
        }
    }

    private static func check(_ examples: [Example], of name: String) throws {
        guard examples.count <= LearningLimits.examples else {
            throw TacitError(
                .usage, "\(examples.count) examples of \(name), expected at most \(LearningLimits.examples)")
        }
    }

    func unknown(_ name: String) -> TacitError {
        let known = labels.map(\.name).joined(separator: ", ")
        return TacitError(
            .usage, "no label '\(name)' was learned\(known.isEmpty ? "" : ", only \(known)")")
    }
}
