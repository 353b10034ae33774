import TacitConsole

/// Rows that all views have.
extension ScreenLine {
    /// What is looked at and by which model, and how far the stream is, `time` in seconds.
    mutating func title(_ stream: StreamDescription, time: Double, _ columns: ViewColumns) {
        pad(to: 1)
        style(.strong)
        text(stream.input, width: columns.width - 13)
        style(.faint)
        if columns.width - 13 - column > 8 {
            text("  ")
            text(stream.model, width: columns.width - 13 - column)
        }
        style(.plain)
        pad(to: columns.width - 12)
        clock(time, width: 11)
    }

    /// What stands above the events.
    mutating func rule(hasEvents: Bool, _ columns: ViewColumns) {
        style(.faint)
        text(hasEvents ? "events " : "no events yet ")
        while column < columns.width - 1 { symbol("─", ascii: "-") }
    }

    /// The last line of the log, if there is one.
    mutating func notice() {
        Log.shared.withNotice { line in
            pad(to: 1)
            style(.warning)
            ascii(line)
        }
    }
}
