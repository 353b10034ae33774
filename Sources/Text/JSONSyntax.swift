/// Whether a text is one JSON value (RFC 8259) on one line, so that it may stand in another as it is.
package struct JSONSyntax {
    private var bytes: [UInt8]
    private var position = 0
    private var depth = 0
    /// Names that lead to the value at hand, and the values found; nil where nobody asks.
    private var names: [String] = []
    private var leaves: [(name: String, value: String)]?

    package static func isValue(_ text: String) -> Bool {
        var syntax = JSONSyntax(bytes: Array(text.utf8))
        return syntax.value() && syntax.position == syntax.bytes.count
    }

    /// What an object holds, one value a row: the names that lead to it, with dots between them and numbers for places in
    /// arrays, and its text, strings without their quotes. nil where the text is no object on one line.
    package static func rows(of text: String) -> [(name: String, value: String)]? {
        var syntax = JSONSyntax(bytes: Array(text.utf8))
        syntax.skipSpaces()
        guard syntax.next == UInt8(ascii: "{") else { return nil }
        syntax.leaves = []
        return syntax.value() && syntax.position == syntax.bytes.count ? syntax.leaves : nil
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpaces() {
        while next == UInt8(ascii: " ") { position += 1 }
    }

    private mutating func take(_ byte: Character) -> Bool {
        guard let value = byte.asciiValue, next == value else { return false }
        position += 1
        return true
    }

    private mutating func take(word: String) -> Bool {
        guard bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    private mutating func value() -> Bool {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 64 else { return false }
        skipSpaces()
        defer { skipSpaces() }
        let start = position
        switch next {
        case UInt8(ascii: "{"): return members(close: "}") { $0.member() }
        case UInt8(ascii: "["):
            var place = 0
            return members(close: "]") {
                place += 1
                return $0.value(named: $0.leaves == nil ? "" : String(place))
            }
        default:
            guard scalar() else { return false }
            leaf(start..<position)
            return true
        }
    }

    /// A value that holds no others.
    private mutating func scalar() -> Bool {
        switch next {
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "t"): return take(word: "true")
        case UInt8(ascii: "f"): return take(word: "false")
        case UInt8(ascii: "n"): return take(word: "null")
        default: return number()
        }
    }

    private mutating func member() -> Bool {
        let start = position
        guard string() else { return false }
        let name = leaves == nil ? "" : unquoted(start..<position)
        return colon() && value(named: name)
    }

    private mutating func value(named name: String) -> Bool {
        names.append(name)
        defer { names.removeLast() }
        return value()
    }

    private mutating func leaf(_ range: Range<Int>) {
        guard leaves != nil else { return }
        let leaf = (name: names.joined(separator: "."), value: unquoted(range))
        leaves?.append(leaf)
    }

    private func unquoted(_ range: Range<Int>) -> String {
        let text = bytes[range]
        let isQuoted = text.first == UInt8(ascii: "\"")
        return String(decoding: isQuoted ? text.dropFirst().dropLast() : text, as: UTF8.self)
    }

    private mutating func members(close: Character, _ member: (inout JSONSyntax) -> Bool) -> Bool {
        position += 1
        skipSpaces()
        if take(close) { return true }
        repeat {
            skipSpaces()
            guard member(&self) else { return false }
            skipSpaces()
        } while take(",")
        return take(close)
    }

    private mutating func colon() -> Bool {
        skipSpaces()
        return take(":")
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case 0..<0x20: return false
            case UInt8(ascii: "\\"):
                guard let escaped = next else { return false }
                position += 1
                if escaped == UInt8(ascii: "u") {
                    for _ in 0..<4 {
                        guard let digit = next, Character(Unicode.Scalar(digit)).isHexDigit else { return false }
                        position += 1
                    }
                } else if !"\"\\/bfnrt".utf8.contains(escaped) {
                    return false
                }
            default: break
            }
        }
        return false
    }

    private mutating func number() -> Bool {
        _ = take("-")
        if !take("0") { guard digits() else { return false } }
        if take(".") { guard digits() else { return false } }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard digits() else { return false }
        }
        return true
    }

    private mutating func digits() -> Bool {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        return position > start
    }
}
