import TacitDiagnostics

/// Parses Python's regular expressions, as far as they occur in adapters: literals, classes, groups, alternatives,
/// repetition (greedy or not), anchors and lookahead. Anything else is refused by name.
struct PatternParser {
    /// Deepest nesting of groups.
    private static let maximumDepth = 32
    /// Greatest number in a repetition.
    private static let maximumCount = 1000

    private let scalars: [Unicode.Scalar]
    private var offset = 0

    static func parse(_ text: String) throws -> PatternNode {
        var parser = PatternParser(scalars: Array(text.unicodeScalars))
        let node = try parser.alternatives(depth: 0)
        guard parser.offset == parser.scalars.count else { throw parser.fault("unbalanced )") }
        return node
    }

    private init(scalars: [Unicode.Scalar]) {
        self.scalars = scalars
    }

    private func fault(_ reason: String) -> TacitError {
        TacitError(.badData, "not a pattern: \(reason) at character \(offset)")
    }

    private var next: Unicode.Scalar? { offset < scalars.count ? scalars[offset] : nil }

    private mutating func take(_ text: String) -> Bool {
        guard scalars[offset...].starts(with: text.unicodeScalars) else { return false }
        offset += text.unicodeScalars.count
        return true
    }

    private mutating func alternatives(depth: Int) throws -> PatternNode {
        guard depth <= Self.maximumDepth else { throw fault("nested too deeply") }
        var branches = [try sequence(depth: depth)]
        while take("|") { branches.append(try sequence(depth: depth)) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence(depth: Int) throws -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            nodes.append(try repetition(of: try atom(depth: depth)))
        }
        return nodes.count == 1 ? nodes[0] : .sequence(nodes)
    }

    private mutating func repetition(of atom: PatternNode) throws -> PatternNode {
        let bounds: (Int, Int)
        if take("*") {
            bounds = (0, .max)
        } else if take("+") {
            bounds = (1, .max)
        } else if take("?") {
            bounds = (0, 1)
        } else if let counted = try counted() {
            bounds = counted
        } else {
            return atom
        }
        let isGreedy = !take("?")
        if let scalar = next, "*+?".unicodeScalars.contains(scalar) { throw fault("repetition of a repetition") }
        return .repetition(atom, minimum: bounds.0, maximum: bounds.1, isGreedy: isGreedy)
    }

    /// `{m}`, `{m,}`, `{,n}`, `{m,n}`; a brace that begins none of them is itself.
    private mutating func counted() throws -> (Int, Int)? {
        guard next == "{", let end = scalars[offset...].firstIndex(of: "}") else { return nil }
        let text = String(String.UnicodeScalarView(scalars[offset + 1..<end]))
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), text != "", text != ",",
            parts.allSatisfy({ $0.utf8.allSatisfy(\.isASCIIDigit) })
        else { return nil }
        offset = end + 1
        let minimum = parts[0].isEmpty ? 0 : Int(parts[0])
        let maximum = parts.count == 1 ? minimum : (parts[1].isEmpty ? .max : Int(parts[1]))
        guard let minimum, let maximum, minimum <= maximum, minimum <= Self.maximumCount,
            maximum == .max || maximum <= Self.maximumCount
        else { throw fault("a repetition out of bounds") }
        return (minimum, maximum)
    }

    private mutating func atom(depth: Int) throws -> PatternNode {
        if take("(") { return try group(depth: depth) }
        if take("[") { return .character(try characters()) }
        if take(".") { return .character(.any) }
        if take("^") { return .start }
        if take("$") { return .end }
        if take("\\") { return try escape() }
        guard let scalar = next else { throw fault("unexpected end") }
        if "*+?".unicodeScalars.contains(scalar) { throw fault("nothing to repeat") }
        offset += 1
        return .character(PatternCharacters(items: [.range(scalar...scalar)]))
    }

    private mutating func group(depth: Int) throws -> PatternNode {
        let wrap: (PatternNode) -> PatternNode
        if take("?:") {
            wrap = { $0 }
        } else if take("?=") {
            wrap = { .lookahead($0, isWanted: true) }
        } else if take("?!") {
            wrap = { .lookahead($0, isWanted: false) }
        } else if take("?P<") {
            guard let end = scalars[offset...].firstIndex(of: ">"), end > offset else {
                throw fault("a group without name")
            }
            let name = String(String.UnicodeScalarView(scalars[offset..<end]))
            offset = end + 1
            wrap = { .group($0, name: name) }
        } else if next == "?" {
            throw fault("an unsupported kind of group")
        } else {
            wrap = { $0 }
        }
        let node = try alternatives(depth: depth + 1)
        guard take(")") else { throw fault("missing )") }
        return wrap(node)
    }

    /// After a backslash, outside of a class.
    private mutating func escape() throws -> PatternNode {
        switch next {
        case "b", "B":
            offset += 1
            return .boundary(isWanted: scalars[offset - 1] == "b")
        case "A":
            offset += 1
            return .start
        case "Z":
            offset += 1
            return .end
        default: return .character(PatternCharacters(items: [try escapedItem()]))
        }
    }

    /// After a backslash, wherever it stands.
    private mutating func escapedItem() throws -> PatternCharacters.Item {
        guard let scalar = next else { throw fault("a backslash at the end") }
        offset += 1
        switch scalar {
        case "d", "D": return .digit(scalar == "d")
        case "w", "W": return .word(scalar == "w")
        case "s", "S": return .space(scalar == "s")
        case "n": return .range("\n"..."\n")
        case "t": return .range("\t"..."\t")
        case "r": return .range("\r"..."\r")
        case _ where PatternCharacters.isWord(scalar) && scalar != "_": throw fault("unsupported escape \\\(scalar)")
        default: return .range(scalar...scalar)
        }
    }

    /// After an opening bracket.
    private mutating func characters() throws -> PatternCharacters {
        var set = PatternCharacters()
        set.isNegated = take("^")
        var isFirst = true
        while isFirst || next != "]" {
            guard let scalar = next else { throw fault("missing ]") }
            isFirst = false
            offset += 1
            let item = scalar == "\\" ? try escapedItem() : .range(scalar...scalar)
            guard case .range(let low) = item, next == "-", offset + 1 < scalars.count, scalars[offset + 1] != "]"
            else {
                set.items.append(item)
                continue
            }
            offset += 1
            guard let end = next else { throw fault("missing ]") }
            offset += 1
            let last = end == "\\" ? try escapedItem() : .range(end...end)
            guard case .range(let high) = last, low.lowerBound <= high.lowerBound else { throw fault("a bad range") }
            set.items.append(.range(low.lowerBound...high.lowerBound))
        }
        offset += 1
        return set
    }
}
