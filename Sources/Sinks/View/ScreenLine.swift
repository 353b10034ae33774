import TacitText

/// One line on a terminal: text with styles, cut to a number of columns, in a buffer that is used again and again.
package struct ScreenLine {
    /// How text looks, where the terminal has colour.
    package enum Style {
        case plain, strong, faint, good, level, quiet, warning

        /// Select graphic rendition (ECMA-48, 8.3.117).
        fileprivate var code: StaticString {
            switch self {
            case .plain: "\u{1B}[0m"
            case .strong: "\u{1B}[0;1m"
            case .faint: "\u{1B}[0;2m"
            case .good: "\u{1B}[0;32m"
            case .level: "\u{1B}[0;36m"
            case .quiet: "\u{1B}[0;34m"
            case .warning: "\u{1B}[0;33m"
            }
        }
    }

    /// Everything drawn so far, line after line.
    package private(set) var buffer = ByteBuffer(capacity: 65_536)
    package private(set) var column = 0
    private var limit = 80
    /// Columns left.
    package var room: Int { limit - column }
    private let isUnicode: Bool
    private let hasColor: Bool
    /// What the terminal is set to.
    private var current: Style? = .plain

    package init(isUnicode: Bool, hasColor: Bool) {
        self.isUnicode = isUnicode
        self.hasColor = hasColor
    }

    package mutating func clear() { buffer.removeAll() }

    /// Bytes for the terminal that take no room on it.
    package mutating func control(_ text: StaticString) { buffer.append(text) }

    package mutating func begin(columns: Int) {
        column = 0
        limit = columns
    }

    /// Erases what was there before to the right, and goes to the next line.
    package mutating func end() {
        endRow()
        buffer.append("\r\n")
    }

    /// Erases what was there before to the right.
    mutating func endRow() {
        style(.plain)
        buffer.append("\u{1B}[K")
    }

    package mutating func style(_ style: Style) {
        guard hasColor, style != current else { return }
        current = style
        buffer.append(style.code)
    }

    /// Writes as much as fits in `width` columns; a text that doesn't ends in an ellipsis. What would spoil the line, which
    /// names from a file may hold, becomes question marks.
    package mutating func text(_ text: String, width: Int = .max) {
        let room = min(width, limit - column)
        guard room > 0 else { return }
        let total = Self.columns(text)
        let allowed = total <= room ? room : room - 1
        var used = 0
        for scalar in text.unicodeScalars {
            let columns = Self.columns(scalar)
            if used + columns > allowed { break }
            used += columns
            if scalar.spoilsLine {
                buffer.append(UInt8(ascii: "?"))
            } else if isUnicode || scalar.isASCII {
                for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { buffer.append(byte) }
            } else {
                for _ in 0..<columns { buffer.append(UInt8(ascii: "?")) }
            }
        }
        column += used
        if total > room { symbol("…", ascii: "~") }
    }

    /// One symbol, with its stand-in where the terminal only knows ASCII.
    package mutating func symbol(_ symbol: StaticString, ascii: StaticString) {
        guard column < limit else { return }
        buffer.append(isUnicode ? symbol : ascii)
        column += 1
    }

    /// A number that ends `width` columns from here.
    package mutating func decimal(_ value: Double, places: Int, width: Int) {
        guard value.isFinite, value.magnitude < 1e9 else { return }
        var whole = value.magnitude
        for _ in 0..<places { whole *= 10 }
        whole = whole.rounded()
        var length = places > 0 ? places + 2 : 1
        var bound = 10.0
        for _ in 0..<places { bound *= 10 }
        while whole >= bound {
            length += 1
            bound *= 10
        }
        if value < 0, whole > 0 { length += 1 }
        guard column + max(width, length) <= limit else { return }
        pad(to: column + width - length)
        buffer.append(value, places: places)
        column += length
    }

    /// A time as hours, minutes, seconds and tenths, `1:02:03.4` or `2:03.4`, that ends `width` columns from here.
    package mutating func clock(_ seconds: Double, width: Int) {
        guard seconds.isFinite, (0..<1e9).contains(seconds) else { return }
        // Tenths that have passed: a clock that rounds is ahead of its time.
        let tenths = Int(seconds * 10)
        let (hours, minutes) = (tenths / 36_000, tenths / 600 % 60)
        var length = hours > 0 ? 8 : minutes > 9 ? 7 : 6
        var bound = 1
        while hours >= bound {
            length += 1
            bound *= 10
        }
        guard column + max(width, length) <= limit else { return }
        pad(to: column + width - length)
        if hours > 0 {
            buffer.append(integer: hours)
            buffer.append(UInt8(ascii: ":"))
        }
        buffer.append(minutes, digits: hours > 0 ? 2 : 1)
        buffer.append(UInt8(ascii: ":"))
        buffer.append(tenths / 10 % 60, digits: 2)
        buffer.append(UInt8(ascii: "."))
        buffer.append(integer: tenths % 10)
        column += length
    }

    /// `23:59:59`, ending `width` columns from here.
    mutating func timeOfDay(_ time: (hour: Int, minute: Int, second: Int), width: Int) {
        guard column + max(width, 8) <= limit else { return }
        pad(to: column + width - 8)
        buffer.append(time.hour, digits: 2)
        buffer.append(UInt8(ascii: ":"))
        buffer.append(time.minute, digits: 2)
        buffer.append(UInt8(ascii: ":"))
        buffer.append(time.second, digits: 2)
        column += 8
    }

    /// Text in ASCII; other bytes become question marks.
    package mutating func ascii(_ bytes: [UInt8]) {
        for byte in bytes.prefix(max(0, room)) {
            buffer.append((0x20..<0x7F).contains(byte) ? byte : UInt8(ascii: "?"))
            column += 1
        }
    }

    /// Two pixels, one above the other, in one column: in colour where the terminal has it, else by their brightness.
    mutating func halfBlock(upper: (UInt8, UInt8, UInt8), lower: (UInt8, UInt8, UInt8)) {
        guard column < limit else { return }
        column += 1
        func luma(_ color: (UInt8, UInt8, UInt8)) -> Int {
            (299 * Int(color.0) + 587 * Int(color.1) + 114 * Int(color.2)) / 1000
        }
        guard hasColor, isUnicode else {
            let ramp: StaticString = " .:-=+*#%@"
            let step = (luma(upper) + luma(lower)) * 10 / 511
            return buffer.append(ramp.withUTF8Buffer { $0[min(step, 9)] })
        }
        buffer.append("\u{1B}[38;2;")
        color(upper)
        buffer.append(";48;2;")
        color(lower)
        buffer.append("m▀")
        current = nil
    }

    private mutating func color(_ color: (UInt8, UInt8, UInt8)) {
        buffer.append(integer: Int(color.0))
        buffer.append(UInt8(ascii: ";"))
        buffer.append(integer: Int(color.1))
        buffer.append(UInt8(ascii: ";"))
        buffer.append(integer: Int(color.2))
    }

    package mutating func pad(to target: Int) {
        while column < min(target, limit) {
            buffer.append(UInt8(ascii: " "))
            column += 1
        }
    }

    /// Columns that a text takes.
    package static func columns(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + columns($1) } }

    /// Columns that a character takes: none for what combines with the one before, two for East Asian wide ones and
    /// pictures.
    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        // What would spoil the line stands as a question mark.
        if scalar.value < 0x300 || scalar.spoilsLine { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
            0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
