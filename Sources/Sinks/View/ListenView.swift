import TacitConsole
import TacitDiagnostics
import TacitLive

/// `listen` on a terminal: how loud it is, the best labels as bars with their thresholds, the last events, and what it
/// costs. It has a screen of its own; what it showed last stays behind when it ends.
final class ListenView: Sink {
    private let parts: ViewParts
    private let windowSeconds: Double
    private let hopSeconds: Double
    private var meter = LevelMeter()
    private var level: (rms: Double, peak: Double)?
    private var time = 0.0

    init(_ stream: StreamDescription, windowSeconds: Double, hopSeconds: Double, outlet: LineOutlet) {
        self.windowSeconds = windowSeconds
        self.hopSeconds = hopSeconds
        parts = ViewParts(stream, outlet: outlet)
    }

    /// A level meter is looked at.
    var secondsAtOnce: Double { 0.1 }

    func samples(_ samples: UnsafeBufferPointer<Float>, time: Double) throws {
        meter.add(samples)
        self.time = time
        guard parts.isDue(time: time) else { return }
        if let fresh = meter.take() { level = fresh }
        compose(isLast: false)
        try parts.screen.show()
    }

    // Shown with the next samples: half a screen of news would only flicker.

    func labels(_ reading: LiveReading) {
        parts.take(reading)
    }

    func quiet(_ quiet: LiveQuiet) { parts.take(quiet) }

    func event(_ event: LiveEvent) { parts.add(event) }

    func relabel(_ labels: StreamLabels) { parts.relabel(labels) }

    func gap(_ gap: LiveGap) { parts.add(gap) }

    func finish() throws { try parts.leave { compose(isLast: true) } }

    private func compose(isLast: Bool) {
        parts.screen.begin()
        let columns = ViewColumns(columns: parts.screen.size.columns, longestName: parts.bars.nameWidth)
        // What stays behind has a prompt below it.
        let rows = ViewRows(
            rows: parts.screen.size.rows - (isLast ? 1 : 0), bars: parts.bars.wanted,
            news: isLast ? parts.news.count : nil)
        parts.screen.row(columns) { $0.title(parts.title, time: time, columns) }
        if rows.isAiry { parts.screen.row(columns) { _ in } }
        if rows.hasLevel { parts.screen.row(columns) { drawLevel(columns, on: &$0) } }
        if rows.isAiry { parts.screen.row(columns) { _ in } }
        for place in 0..<rows.bars { parts.screen.row(columns) { drawBar(place, columns, on: &$0) } }
        if rows.news > 0 {
            parts.screen.row(columns) { _ in }
            parts.screen.row(columns) { line in
                line.pad(to: 1)
                line.rule(hasEvents: parts.news.count > 0, columns)
            }
            for place in 0..<rows.news {
                parts.screen.row(columns) {
                    parts.news.draw(place, on: &$0, nameWidth: min(parts.bars.nameWidth, columns.width * 2 / 5))
                }
            }
        }
        if rows.isAiry { parts.screen.row(columns) { $0.notice() } }
        if rows.hasFooter { parts.screen.row(columns) { drawFooter(columns, on: &$0) } }
    }

    private func drawLevel(_ columns: ViewColumns, on line: inout ScreenLine) {
        line.pad(to: columns.name)
        line.text("level", width: columns.nameWidth)
        line.pad(to: columns.bar)
        let bar = Bar(
            value: level.map { LevelMeter.position($0.rms) } ?? 0,
            mark: level.flatMap { $0.peak > LevelMeter.floor ? LevelMeter.position($0.peak) : nil },
            style: (level?.peak ?? -1) >= -0.1 ? .warning : .level)
        bar.draw(on: &line, width: columns.barWidth)
        if let level, level.rms > -100 {
            line.decimal(level.rms, places: 0, width: 5)
            line.text(" dB")
        } else {
            line.text("  silent")
        }
    }

    private func drawBar(_ place: Int, _ columns: ViewColumns, on line: inout ScreenLine) {
        guard parts.bars.hasReading, let label = parts.bars.label(at: place) else {
            guard place == 0 else { return }
            line.pad(to: columns.name)
            line.style(.faint)
            line.text("listening: first labels after ")
            line.decimal(windowSeconds, places: 2, width: 4)
            line.text(" s")
            return
        }
        parts.bars.draw(label, on: &line, isOn: parts.news.isOn(label), columns: columns)
    }

    private func drawFooter(_ columns: ViewColumns, on line: inout ScreenLine) {
        line.pad(to: 1)
        line.style(parts.lostSeconds > 0 ? .warning : .faint)
        line.text("lost ")
        line.decimal(parts.lostSeconds, places: 1, width: 3)
        line.text(" s")
        line.style(.faint)
        if parts.bars.hasReading {
            line.text("   ")
            parts.load.draw(on: &line)
            if line.room >= 19 {
                line.text("   ")
                line.decimal(parts.inferenceSeconds * 1000, places: 1, width: 3)
                line.text(" ms a label")
            }
        }
        guard line.room >= 31 else { return }
        line.text("   window ")
        line.decimal(windowSeconds, places: 2, width: 4)
        line.text(" s every ")
        line.decimal(hopSeconds, places: 2, width: 4)
        line.text(" s")
    }
}
