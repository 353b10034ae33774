/// A part of a parsed pattern.
indirect enum PatternNode {
    /// One character out of a set.
    case character(PatternCharacters)
    case sequence([PatternNode])
    case alternatives([PatternNode])
    /// At least `minimum` times, at most `maximum`; as often as possible first if it is greedy.
    case repetition(PatternNode, minimum: Int, maximum: Int, isGreedy: Bool)
    /// Remembers what it matched under a name.
    case group(PatternNode, name: String)
    /// What follows must match, or must not; nothing is consumed.
    case lookahead(PatternNode, isWanted: Bool)
    case start
    case end
    /// Between a word's character and another.
    case boundary(isWanted: Bool)
}

/// A set of characters.
struct PatternCharacters {
    enum Item {
        case range(ClosedRange<Unicode.Scalar>)
        case digit(Bool)
        case word(Bool)
        case space(Bool)
    }

    var items: [Item] = []
    var isNegated = false

    /// `.`: all but the end of a line.
    static let any = PatternCharacters(items: [.range("\n"..."\n")], isNegated: true)

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        items.contains { item in
            switch item {
            case .range(let range): range.contains(scalar)
            case .digit(let wanted): ("0"..."9").contains(scalar) == wanted
            case .word(let wanted): Self.isWord(scalar) == wanted
            case .space(let wanted): scalar.properties.isWhitespace == wanted
            }
        } != isNegated
    }

    static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
    }
}
