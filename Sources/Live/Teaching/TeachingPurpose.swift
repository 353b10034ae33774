import TacitLearning

/// What examples are.
public enum TeachingPurpose: Equatable, Sendable {
    /// Of a label, old or new.
    case label(String)
    /// What a label, a learned one or one of the model's own, should not have been said of.
    case not(String)
    /// What the place sounds or looks like when nothing happens. What a tagger says of it, or nearly says, it says no
    /// more of what is like it.
    case background

    package var isBackground: Bool { self == .background }

    /// What can be refused before there are examples.
    ///
    /// - Throws: `TacitError` (usage) for a name that can't be learned or corrected.
    package func require(_ labels: LearnedLabels, _ base: TaughtBase) throws {
        switch self {
        case .label(let name): try labels.requireLearnable(name, base)
        case .not(let name): try labels.requireCorrectable(name, base)
        case .background: break
        }
    }

    /// Adds examples to what has been learned.
    ///
    /// - Returns: what each of them was before.
    /// - Throws: `TacitError` (usage) for a name that can't be learned or corrected, and beyond the limits.
    @discardableResult
    package func apply(
        _ examples: [Example], to labels: inout LearnedLabels, _ base: TaughtBase
    ) throws -> [LearnedLabels.Standing] {
        try labels.add([addition(examples)], base)
    }

    /// Examples as they are added to what has been learned.
    package func addition(_ examples: [Example]) -> LearnedLabels.Addition {
        switch self {
        case .label(let name): .label(name, examples)
        case .not(let name): .correction(name, examples)
        case .background: .background(examples)
        }
    }
}
