import TacitDiagnostics

/// Matches by trying one way after the other, as Python does, within bounds: a pattern made to take for ever, or to
/// exhaust the stack, is refused.
struct PatternMatcher {
    private static let maximumSteps = 1_000_000
    private static let maximumDepth = 400

    private let text: [Unicode.Scalar]
    private(set) var groups: [String: Range<Int>] = [:]
    private var steps = 0
    private var depth = 0

    init(_ text: String) {
        self.text = Array(text.unicodeScalars)
    }

    /// Whether `node` matches from the text's start on.
    ///
    /// - Parameter isWhole: whether it must match up to the text's end.
    mutating func matches(_ node: PatternNode, isWhole: Bool) throws -> Bool {
        let end = text.count
        return try match(node, at: 0) { _, position in !isWhole || position == end }
    }

    private typealias Continuation = (inout PatternMatcher, Int) throws -> Bool

    private mutating func match(_ node: PatternNode, at position: Int, _ next: Continuation) throws -> Bool {
        steps += 1
        depth += 1
        defer { depth -= 1 }
        guard steps <= Self.maximumSteps, depth <= Self.maximumDepth else {
            throw TacitError(.badData, "the pattern takes too long to match")
        }
        switch node {
        case .character(let characters):
            guard position < text.count, characters.contains(text[position]) else { return false }
            return try next(&self, position + 1)
        case .sequence(let nodes): return try sequence(nodes[...], at: position, next)
        case .alternatives(let branches):
            for branch in branches where try match(branch, at: position, next) { return true }
            return false
        case .repetition(let inner, let minimum, let maximum, let isGreedy):
            return try repetition(inner, minimum, maximum, isGreedy, at: position, next)
        case .group(let inner, let name):
            return try match(inner, at: position) { matcher, end in
                let before = matcher.groups[name]
                matcher.groups[name] = position..<end
                if try next(&matcher, end) { return true }
                matcher.groups[name] = before
                return false
            }
        case .lookahead(let inner, let isWanted):
            var probe = self
            let found = try probe.match(inner, at: position) { _, _ in true }
            steps = probe.steps
            return found == isWanted ? try next(&self, position) : false
        case .start: return position == 0 ? try next(&self, position) : false
        case .end: return position == text.count ? try next(&self, position) : false
        case .boundary(let isWanted):
            let before = position > 0 && PatternCharacters.isWord(text[position - 1])
            let after = position < text.count && PatternCharacters.isWord(text[position])
            return (before != after) == isWanted ? try next(&self, position) : false
        }
    }

    private mutating func sequence(
        _ nodes: ArraySlice<PatternNode>, at position: Int, _ next: Continuation
    ) throws -> Bool {
        guard let first = nodes.first else { return try next(&self, position) }
        return try match(first, at: position) { matcher, end in
            try matcher.sequence(nodes.dropFirst(), at: end, next)
        }
    }

    private mutating func repetition(
        _ node: PatternNode, _ minimum: Int, _ maximum: Int, _ isGreedy: Bool, at position: Int, _ next: Continuation
    ) throws -> Bool {
        if minimum == 0, !isGreedy, try next(&self, position) { return true }
        if maximum > 0 {
            let found = try match(node, at: position) { matcher, end in
                // A turn that consumes nothing would go on for ever.
                if end == position { return minimum > 0 ? try next(&matcher, end) : false }
                return try matcher.repetition(
                    node, max(0, minimum - 1), maximum == .max ? .max : maximum - 1, isGreedy, at: end, next)
            }
            if found { return true }
        }
        return minimum == 0 && isGreedy ? try next(&self, position) : false
    }

    /// The text of a named group.
    func text(of group: String) -> String? {
        groups[group].map { String(String.UnicodeScalarView(text[$0])) }
    }
}
