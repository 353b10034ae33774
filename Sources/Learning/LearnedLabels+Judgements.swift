/// What is said later of the same sound or picture holds.
extension LearnedLabels {
    /// What someone says of one sound or picture, instead of all that was said of it before.
    ///
    /// - Parameters:
    ///   - example: of it.
    ///   - name: the label that it is, a learned one or a new one; nil for none of these.
    ///   - said: a label that it is not; nil for none.
    ///   - base: the model that is taught.
    /// - Returns: whether anything had been said of it before that is said no more.
    /// - Throws: `TacitError` (usage) as `add` does.
    @discardableResult
    package mutating func judge(
        _ example: Example, is name: String?, isNot said: String?, _ base: TaughtBase
    ) throws -> Bool {
        try change(base) { changed in
            let isTakenBack = changed.takeBack(example, is: name, isNot: said)
            if let name, !changed.isAmong(example, changed.examplesTeaching(name)) {
                _ = try changed.append(.label(name, [example]), base)
            }
            if let said, !changed.isAmong(example, changed.examplesCorrecting(said)) {
                _ = try changed.append(.correction(said, [example]), base)
            }
            return isTakenBack
        }
    }

    /// Takes it out of every list but those named.
    private mutating func takeBack(_ example: Example, is name: String?, isNot said: String?) -> Bool {
        func counts(_ labels: LearnedLabels) -> [Int] {
            labels.labels.map(\.examples.count) + labels.corrections.map(\.examples.count)
        }
        let before = counts(self)
        for index in labels.indices where labels[index].name != name {
            labels[index].examples.removeAll { $0.isSame(as: example, width: model.width) }
        }
        for correction in corrections where correction.name != said {
            setCorrections(
                of: correction.name, correction.examples.filter { !$0.isSame(as: example, width: model.width) })
        }
        return counts(self) != before
    }

    /// Of which a learned label is made; none where there is none.
    func examplesTeaching(_ name: String) -> [Example] { index(of: name).map { labels[$0].examples } ?? [] }

    /// Of which corrections are made; none where there are none.
    func examplesCorrecting(_ name: String) -> [Example] { corrections.first { $0.name == name }?.examples ?? [] }

    mutating func setCorrections(of name: String, _ examples: [Example]) {
        if let index = corrections.firstIndex(where: { $0.name == name }) {
            corrections[index].examples = examples
            if examples.isEmpty { corrections.remove(at: index) }
        } else if !examples.isEmpty {
            corrections.append(Correction(name: name, examples: examples))
        }
    }

    /// Adds examples, and takes them out of what says the opposite. One that is there already, but without the clip that it
    /// was made of, is no second one: it gets its clip.
    func take(_ examples: [Example], into list: inout [Example], outOf opposite: inout [Example]) -> [Standing] {
        examples.map { example in
            let before = opposite.count
            opposite.removeAll { $0.isSame(as: example, width: model.width) }
            let bare = list.firstIndex { $0.clip == nil && $0.isSame(as: example, width: model.width) }
            if let bare, example.clip != nil {
                list[bare] = example
                return opposite.count < before ? .opposite : .known
            }
            list.append(example)
            return opposite.count < before ? .opposite : .new
        }
    }

    func isAmong(_ example: Example, _ examples: [Example]) -> Bool {
        examples.contains { $0.isSame(as: example, width: model.width) }
    }

    /// Without an example there is no label, nor anything to correct.
    mutating func forgetEmptied(since before: LearnedLabels) {
        let had = Set(before.labels.filter { !$0.examples.isEmpty }.map(\.name))
        let emptied = Set(labels.filter { $0.examples.isEmpty && had.contains($0.name) }.map(\.name))
        labels.removeAll { emptied.contains($0.name) }
        corrections.removeAll { emptied.contains($0.name) }
    }
}
