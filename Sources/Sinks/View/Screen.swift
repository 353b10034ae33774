import TacitConsole
import TacitText

/// The whole terminal, row by row. Of each drawing only the rows that changed are sent, all in one write, so that
/// nothing flickers and a slow line to the terminal has little to carry.
///
/// Nothing is allocated once a screen of its size has been drawn.
struct Screen {
    /// Rows beyond these are left empty, so that no screen takes more than so many bytes.
    static let mostRows = 400
    static let largest = 1 << 18

    private var line: ScreenLine
    private let terminal = Terminal.shared
    private let outlet: LineOutlet
    /// What stands on the terminal: the rows' bytes, and where each ends.
    private var shown: [UInt8] = []
    private var shownEnds: [Int] = []
    private var ends: [Int] = []
    private var changes = ByteBuffer(capacity: 65_536)
    private var generation = 0
    private var drawnSize = (columns: 0, rows: 0)
    private(set) var size = (columns: 80, rows: 24)

    init(outlet: LineOutlet) {
        self.outlet = outlet
        line = ScreenLine(isUnicode: terminal.isUnicode, hasColor: terminal.hasColor)
        shown.reserveCapacity(65_536)
        shownEnds.reserveCapacity(512)
        ends.reserveCapacity(512)
        terminal.prepare(.fullScreen)
    }

    mutating func begin() {
        size = terminal.size
        size.rows = min(size.rows, Self.mostRows)
        line.clear()
        ends.removeAll(keepingCapacity: true)
    }

    mutating func row(_ columns: ViewColumns, _ draw: (inout ScreenLine) -> Void) {
        line.begin(columns: columns.width)
        draw(&line)
        line.endRow()
        ends.append(line.buffer.bytes.count)
    }

    /// Shows the rows drawn since `begin` (`row`); later, if the screen before is still on its way.
    ///
    /// - Throws: `StandardOutput.Closed` or `.Failed`.
    mutating func show() throws {
        changes.removeAll()
        // Terminals that know synchronized output show the whole at once; others ignore it.
        changes.append("\u{1B}[?2026h")
        let empty = changes.bytes.count
        let generation = terminal.generation
        let isNew = generation != self.generation || size != drawnSize
        if isNew { changes.append("\u{1B}[H\u{1B}[2J") }
        for row in 0..<min(ends.count, size.rows) {
            let bytes = (row == 0 ? 0 : ends[row - 1])..<ends[row]
            if !isNew, row < shownEnds.count {
                let old = (row == 0 ? 0 : shownEnds[row - 1])..<shownEnds[row]
                if shown[old].elementsEqual(line.buffer.bytes[bytes]) { continue }
            }
            changes.append("\u{1B}[")
            changes.append(integer: row + 1)
            changes.append(UInt8(ascii: "H"))
            changes.append(line.buffer.bytes[bytes])
        }
        if !isNew, shownEnds.count > ends.count {
            changes.append("\u{1B}[")
            changes.append(integer: ends.count + 1)
            changes.append("H\u{1B}[J")
        }
        guard changes.bytes.count > empty else { return }
        changes.append("\u{1B}[?2026l")
        guard try outlet.write(screen: changes.bytes) else { return }
        self.generation = generation
        drawnSize = size
        shown.removeAll(keepingCapacity: true)
        shown.append(contentsOf: line.buffer.bytes)
        shownEnds.removeAll(keepingCapacity: true)
        shownEnds.append(contentsOf: ends)
    }

    /// Gives the terminal back. What is drawn after this is left behind by `leave`.
    func close() {
        // What it throws is thrown again by `leave`.
        try? outlet.waitUntilEmpty()
        terminal.restore()
    }

    /// Writes the rows drawn since `begin` below one another, where the terminal's text goes on.
    mutating func leave() throws {
        changes.removeAll()
        for row in ends.indices {
            changes.append(line.buffer.bytes[(row == 0 ? 0 : ends[row - 1])..<ends[row]])
            changes.append("\r\n")
        }
        try StandardOutput.shared.write(changes.bytes)
    }
}
