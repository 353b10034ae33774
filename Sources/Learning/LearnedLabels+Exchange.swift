import TacitDiagnostics

/// Labels that go from one file to another.
extension LearnedLabels {
    /// Some of what was learned, in the order in which it was. What the place sounds or looks like stays behind.
    ///
    /// - Parameters:
    ///   - names: of learned labels, which come with their corrections, and of the model's own that were corrected;
    ///     none for all.
    ///   - base: of the model that they were taught to.
    /// - Throws: `TacitError` (usage) where nothing was learned of a name.
    package func only(_ names: [String], _ base: TaughtBase) throws -> LearnedLabels {
        for name in names where index(of: name) == nil && !corrections.contains(where: { $0.name == name }) {
            throw unknown(name)
        }
        func isMeant(_ name: String) -> Bool { names.isEmpty || names.contains(name) }
        let (labels, corrections) = (labels.filter { isMeant($0.name) }, corrections.filter { isMeant($0.name) })
        func chosen(_ classifiers: Classifiers) -> LearnedLabels {
            LearnedLabels(model, labels: labels, corrections: corrections, background: [], classifiers: classifiers)
        }
        return chosen(try Classifiers(of: chosen(Classifiers(width: model.width)), base))
    }

    /// Which examples of a label, or of what it should not have been said of, nothing is known of here: neither the same nor the
    /// opposite.
    package func news(of name: String, _ examples: [Example]) -> [Example] {
        let known = examplesTeaching(name) + examplesCorrecting(name)
        return examples.filter { !isAmong($0, known) }
    }
}
