/// What a terminal shows of the bytes it was sent: the few control sequences that the live views use (ECMA-48, and
/// xterm's private modes). Anything else is noted as unknown.
public struct TerminalScreen {
    public private(set) var columns: Int
    public private(set) var rows: Int
    /// Rows of text as they stand now, without spaces at their ends.
    public var lines: [String] {
        cells.map { row in
            var text = String(String.UnicodeScalarView(row))
            while text.last == " " { text.removeLast() }
            return text
        }
    }
    public var text: String { lines.joined(separator: "\n") }

    public private(set) var isAlternate = false
    public private(set) var isCursorVisible = true
    public private(set) var wraps = true
    /// Whether text is drawn in anything but the terminal's own style.
    public private(set) var isStyled = false
    /// Whether colour was ever asked for.
    public private(set) var hasSeenStyle = false
    /// Characters that found no room, and lines that scrolled away on the alternate screen.
    public private(set) var overflows = 0
    /// Control sequences that this terminal doesn't know.
    public private(set) var unknown: [String] = []

    /// What the alternate screen showed when it was left last; nil if there never was one.
    public private(set) var alternateText: String?

    private var cells: [[Unicode.Scalar]]
    private var primary: [[Unicode.Scalar]] = []
    private var row = 0
    private var column = 0
    private var pending: [UInt8] = []

    public init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
        cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
    }

    mutating func resize(columns: Int, rows: Int) {
        let kept = isAlternate
        let unknown = unknown
        self = TerminalScreen(columns: columns, rows: rows)
        self.unknown = unknown
        isAlternate = kept
        isCursorVisible = !kept
        wraps = !kept
        primary = cells
    }

    mutating func take(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            pending.append(byte)
            if takePending() { pending.removeAll() }
        }
    }

    /// Whether what is pending was whole.
    private mutating func takePending() -> Bool {
        let first = pending[0]
        switch first {
        case 0x1B:
            guard pending.count > 2 else { return false }
            let last = pending[pending.count - 1]
            guard (0x40...0x7E).contains(last) else { return false }
            control(String(decoding: pending[2..<pending.count - 1], as: UTF8.self), Character(Unicode.Scalar(last)))
        case 0x0D: column = 0
        case 0x0A: lineFeed()
        case 0x00..<0x20: unknown.append("\(first)")
        default:
            guard let scalar = scalar() else { return pending.count >= 4 }
            put(scalar)
        }
        return true
    }

    private func scalar() -> Unicode.Scalar? {
        var decoder = UTF8()
        var iterator = pending.makeIterator()
        guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
        return scalar
    }

    private mutating func put(_ scalar: Unicode.Scalar) {
        if column == columns {
            guard wraps else {
                overflows += 1
                return
            }
            column = 0
            lineFeed()
        }
        cells[row][column] = scalar
        column += 1
    }

    private mutating func lineFeed() {
        guard row == rows - 1 else {
            row += 1
            return
        }
        if isAlternate { overflows += 1 }
        cells.removeFirst()
        cells.append(Array(repeating: " ", count: columns))
    }

    private mutating func control(_ parameters: String, _ final: Character) {
        let numbers = parameters.split(separator: ";").map { Int($0) ?? 0 }
        switch (final, parameters) {
        case ("m", _):
            isStyled = numbers.contains { $0 != 0 }
            hasSeenStyle = hasSeenStyle || isStyled
        case ("H", _):
            row = max(0, (numbers.first ?? 1) - 1)
            column = max(0, (numbers.dropFirst().first ?? 1) - 1)
            if row >= rows {
                overflows += 1
                row = rows - 1
            }
        case ("J", ""), ("J", "0"):
            for index in column..<max(column, columns) { cells[row][index] = " " }
            for index in (row + 1)..<max(row + 1, rows) { cells[index] = Array(repeating: " ", count: columns) }
        case ("J", "2"): cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
        case ("K", ""): for index in min(column, columns)..<columns { cells[row][index] = " " }
        case ("h", "?25"), ("l", "?25"): isCursorVisible = final == "h"
        case ("h", "?7"), ("l", "?7"): wraps = final == "h"
        case ("h", "?2026"), ("l", "?2026"): break
        case ("h", "?1049"):
            if !isAlternate { primary = cells }
            isAlternate = true
            cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
        case ("l", "?1049"):
            if isAlternate {
                alternateText = text
                cells = primary
            }
            isAlternate = false
            (row, column) = (0, 0)
        default: unknown.append(parameters + String(final))
        }
    }
}
