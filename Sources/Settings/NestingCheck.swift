/// Bounds how deep arrays, tables and dotted keys lie within one another, before a parser walks down them.
///
/// It reads no TOML: it counts brackets and dots outside of texts and comments. Where a file is broken so that it takes
/// something else for a text than the parser does, the parser has stopped in front of that.
enum NestingCheck {
    /// Brackets within one another, and parts of one key.
    static let deepest = 16

    private enum State {
        case plain
        case comment
        /// Within a text: its quote, and whether it may go on over lines.
        case text(quote: UInt8, isLong: Bool)
    }

    /// - Throws: `SettingsFault` at the first place that lies too deep.
    static func check(_ bytes: [UInt8]) throws {
        var state = State.plain
        var depth = 0
        var dots = 0
        var line = 1
        var column = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            // What continues a code point is no column of its own.
            if byte & 0xc0 != 0x80 { column += 1 }
            let isEnd = byte == UInt8(ascii: "\n")
            switch state {
            case .comment: if isEnd { state = .plain }
            case .text(let quote, let isLong):
                if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                    // Whatever is escaped ends nothing; a line's end still counts as one below.
                    if index + 1 < bytes.count, bytes[index + 1] != UInt8(ascii: "\n") {
                        index += 1
                        column += 1
                    }
                } else if byte == quote, !isLong {
                    state = .plain
                } else if byte == quote, isTriple(bytes, index, quote) {
                    state = .plain
                    index += 2
                    column += 2
                    // Of up to five quotes in a row the last three end it.
                    while index + 1 < bytes.count, bytes[index + 1] == quote {
                        index += 1
                        column += 1
                    }
                } else if isEnd, !isLong {
                    state = .plain
                }
            case .plain:
                switch byte {
                case UInt8(ascii: "#"): state = .comment
                case UInt8(ascii: "\""), UInt8(ascii: "'"):
                    let isLong = isTriple(bytes, index, byte)
                    state = .text(quote: byte, isLong: isLong)
                    if isLong {
                        index += 2
                        column += 2
                    }
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
            if depth > deepest || dots >= deepest {
                throw SettingsFault(
                    SettingsPlace(line: line, column: max(1, column)),
                    "more than \(deepest) arrays, tables or parts of a key within one another")
            }
            if isEnd {
                line += 1
                column = 0
            }
            index += 1
        }
    }

    private static func isTriple(_ bytes: [UInt8], _ index: Int, _ quote: UInt8) -> Bool {
        index + 2 < bytes.count && bytes[index + 1] == quote && bytes[index + 2] == quote
    }
}
