/// Bounds how deep arrays, tables and dotted keys lie within one another, before a parser walks down them.
///
/// It reads no TOML: it counts brackets and dots outside of texts and comments. Where a file is broken so that it takes
/// something else for a text than the parser does, the parser has stopped in front of that.
struct NestingCheck {
    /// Brackets within one another, and parts of one key.
    static let deepest = 16

    private enum State {
        case plain
        case comment
        /// Within a text: its quote, and whether it may go on over lines.
        case text(quote: UInt8, isLong: Bool)
    }

    private let bytes: [UInt8]
    /// The byte that is looked at, and where people find it.
    private var index = 0
    private var line = 1
    private var column = 0
    private var state = State.plain
    private var depth = 0
    private var dots = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Throws: `SettingsFault` at the first place that lies too deep.
    static func check(_ bytes: [UInt8]) throws {
        var check = NestingCheck(bytes)
        while check.index < bytes.count { try check.step(bytes[check.index]) }
    }

    private mutating func step(_ byte: UInt8) throws {
        // What continues a code point is no column of its own.
        if byte & 0xc0 != 0x80 { column += 1 }
        let isEnd = byte == UInt8(ascii: "\n")
        switch state {
        case .comment: if isEnd { state = .plain }
        case .text(let quote, let isLong): readText(byte, quote: quote, isLong: isLong)
        case .plain: readPlain(byte)
        }
        if depth > Self.deepest || dots >= Self.deepest {
            throw SettingsFault(
                SettingsPlace(line: line, column: max(1, column)),
                "more than \(Self.deepest) arrays, tables or parts of a key within one another")
        }
        if isEnd {
            line += 1
            column = 0
        }
        index += 1
    }

    private mutating func readPlain(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "#"): state = .comment
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            let isLong = isTriple(byte)
            state = .text(quote: byte, isLong: isLong)
            if isLong { pass(2) }
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            depth += 1
            dots = 0
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
            depth = max(0, depth - 1)
            dots = 0
        case UInt8(ascii: "."): dots += 1
        case UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: "\n"): dots = 0
        default: break
        }
    }

    private mutating func readText(_ byte: UInt8, quote: UInt8, isLong: Bool) {
        if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
            // Whatever is escaped ends nothing; a line's end still counts as one.
            if let next, next != UInt8(ascii: "\n") { pass(1) }
        } else if byte == quote, !isLong {
            state = .plain
        } else if byte == quote, isTriple(quote) {
            state = .plain
            pass(2)
            // Of up to five quotes in a row the last three end it.
            while next == quote { pass(1) }
        } else if byte == UInt8(ascii: "\n"), !isLong {
            state = .plain
        }
    }

    private var next: UInt8? { index + 1 < bytes.count ? bytes[index + 1] : nil }

    private mutating func pass(_ count: Int) {
        index += count
        column += count
    }

    private func isTriple(_ quote: UInt8) -> Bool {
        index + 2 < bytes.count && bytes[index + 1] == quote && bytes[index + 2] == quote
    }
}
