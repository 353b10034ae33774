import TacitConsole
import TacitDiagnostics
import TacitLive

/// `listen` on a terminal: how loud it is, the best labels as bars with their thresholds, the last events, and what it
/// costs. It has a screen of its own; what it showed last stays behind when it ends.
final class ListenView: Sink {
    private var title: StreamDescription
    private let windowSeconds: Double
    private let hopSeconds: Double
    private var screen: Screen
    private var bars: LabelBars
    private var news: NewsList
    private var load: LoadMeter
    private var meter = LevelMeter()
    private var level: (rms: Double, peak: Double)?
    private var time = 0.0
    private var lostSeconds = 0.0
    private var inferenceSeconds = 0.0
    private var lastDrawn = -1.0

    /// Seconds between two drawings.
    private static let calm = 0.1

    init(_ stream: StreamDescription, windowSeconds: Double, hopSeconds: Double, outlet: LineOutlet) {
        title = stream
        self.windowSeconds = windowSeconds
        self.hopSeconds = hopSeconds
        bars = LabelBars(
            labels: stream.labels, thresholds: stream.thresholds, top: stream.top, among: stream.selected)
        news = NewsList(labels: stream.eventNames, hasWallTime: stream.isDevice)
        load = LoadMeter(runsFree: stream.runsFree)
        screen = Screen(outlet: outlet)
        Log.shared.cover()
    }

    /// A level meter is looked at.
    var secondsAtOnce: Double { 0.1 }

    func samples(_ samples: UnsafeBufferPointer<Float>, time: Double) throws {
        meter.add(samples)
        self.time = time
        let now = Stopwatch.now
        guard now - lastDrawn >= Self.calm else { return }
        lastDrawn = now
        load.update(time: time)
        if let fresh = meter.take() { level = fresh }
        compose(isLast: false)
        try screen.show()
    }

    // Shown with the next samples: half a screen of news would only flicker.

    func labels(_ reading: LiveReading) {
        bars.take(reading.smoothed)
        inferenceSeconds = reading.inferenceSeconds
    }

    func quiet(_ quiet: LiveQuiet) { bars.take(quiet.smoothed) }

    func event(_ event: LiveEvent) { news.add(event) }

    func relabel(_ labels: StreamLabels) {
        title = title.relabelled(labels)
        bars = bars.relabelled(title)
        news.relabel(labels.eventNames)
    }

    func gap(_ gap: LiveGap) {
        lostSeconds += gap.lostSeconds
        news.add(gap)
    }

    func finish() throws {
        screen.close()
        Log.shared.close()
        compose(isLast: true)
        try screen.leave()
    }

    private func compose(isLast: Bool) {
        screen.begin()
        let columns = ViewColumns(columns: screen.size.columns, longestName: bars.nameWidth)
        // What stays behind has a prompt below it.
        let rows = ViewRows(
            rows: screen.size.rows - (isLast ? 1 : 0), bars: bars.wanted, news: isLast ? news.count : nil)
        screen.row(columns) { $0.title(title, time: time, columns) }
        if rows.isAiry { screen.row(columns) { _ in } }
        if rows.hasLevel { screen.row(columns) { drawLevel(columns, on: &$0) } }
        if rows.isAiry { screen.row(columns) { _ in } }
        for place in 0..<rows.bars { screen.row(columns) { drawBar(place, columns, on: &$0) } }
        if rows.news > 0 {
            screen.row(columns) { _ in }
            screen.row(columns) { line in
                line.pad(to: 1)
                line.rule(hasEvents: news.count > 0, columns)
            }
            for place in 0..<rows.news {
                screen.row(columns) { news.draw(place, on: &$0, nameWidth: min(bars.nameWidth, columns.width * 2 / 5)) }
            }
        }
        if rows.isAiry { screen.row(columns) { $0.notice() } }
        if rows.hasFooter { screen.row(columns) { drawFooter(columns, on: &$0) } }
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
        guard bars.hasReading, let label = bars.label(at: place) else {
            guard place == 0 else { return }
            line.pad(to: columns.name)
            line.style(.faint)
            line.text("listening: first labels after ")
            line.decimal(windowSeconds, places: 2, width: 4)
            line.text(" s")
            return
        }
        bars.draw(label, on: &line, isOn: news.isOn(label), columns: columns)
    }

    private func drawFooter(_ columns: ViewColumns, on line: inout ScreenLine) {
        line.pad(to: 1)
        line.style(lostSeconds > 0 ? .warning : .faint)
        line.text("lost ")
        line.decimal(lostSeconds, places: 1, width: 3)
        line.text(" s")
        line.style(.faint)
        if bars.hasReading {
            line.text("   ")
            load.draw(on: &line)
            if line.room >= 19 {
                line.text("   ")
                line.decimal(inferenceSeconds * 1000, places: 1, width: 3)
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
