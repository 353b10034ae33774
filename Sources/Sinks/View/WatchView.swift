import TacitConsole
import TacitDiagnostics
import TacitFrontEnd
import TacitLive

/// `watch` on a terminal: what the model sees as a small picture, beside it the best labels as bars with their
/// thresholds and the last events; below, how many frames pass and how many don't.
final class WatchView: Sink {
    private var title: StreamDescription
    private var screen: Screen
    private var bars: LabelBars
    private var news: NewsList
    private var load: LoadMeter
    private var picture = PictureBlock()
    private var frames = FrameMeter()
    private var time = 0.0
    private var dropped = 0
    private var lostSeconds = 0.0
    private var inferenceSeconds = 0.0
    private var lastDrawn = -1.0

    /// Seconds between two drawings.
    private static let calm = 0.1

    init(_ stream: StreamDescription, outlet: LineOutlet) {
        title = stream
        bars = LabelBars(
            labels: stream.labels, thresholds: stream.thresholds, top: stream.top, among: stream.selected)
        news = NewsList(labels: stream.eventNames, hasWallTime: stream.isDevice)
        load = LoadMeter(runsFree: stream.runsFree)
        screen = Screen(outlet: outlet)
        Log.shared.cover()
    }

    func labels(_ reading: LiveReading) {
        bars.take(reading.smoothed)
        inferenceSeconds = reading.inferenceSeconds
        time = reading.time
        if case .frame(_, let dropped) = reading.place { self.dropped = dropped }
        frames.add()
    }

    func event(_ event: LiveEvent) { news.add(event) }

    func relabel(_ labels: StreamLabels) {
        title = title.relabelled(labels)
        bars = bars.relabelled(title)
        news.relabel(labels.eventNames)
    }

    func gap(_ gap: LiveGap) {
        lostSeconds += gap.lostSeconds
        time = gap.time
        news.add(gap)
    }

    func picture(_ seen: PixelView) throws {
        let now = Stopwatch.now
        guard now - lastDrawn >= Self.calm else { return }
        lastDrawn = now
        picture.take(seen)
        load.update(time: time)
        compose(isLast: false)
        try screen.show()
    }

    func finish() throws {
        screen.close()
        Log.shared.close()
        compose(isLast: true)
        try screen.leave()
    }

    private func compose(isLast: Bool) {
        screen.begin()
        let columns = screen.size.columns
        let rows = screen.size.rows
        // Title and footer, an empty row below and above, and one for notices.
        let middle = max(1, rows - (rows >= 10 ? 5 : 2))
        let block = picture.size(columns: columns * 2 / 5, rows: middle)
        // Too little room beside it, and bars matter more.
        let hasPicture = columns >= 56 && block.rows >= 4
        let left = hasPicture ? block.columns + 1 : 0
        let layout = ViewColumns(columns: columns, longestName: bars.nameWidth, left: left)
        let shown = min(bars.wanted, max(1, middle - (middle >= 12 ? middle / 3 : 0)))
        let newsRoom = max(0, middle - shown - 2)
        let used = max(hasPicture ? block.rows : 0, shown + (newsRoom > 0 ? 2 + min(newsRoom, news.count) : 0))
        screen.row(layout) { $0.title(title, time: time, layout) }
        if rows >= 10 { screen.row(layout) { _ in } }
        for place in 0..<(isLast ? used : middle) {
            screen.row(layout) { line in
                if hasPicture {
                    line.pad(to: 1)
                    picture.draw(row: place, of: block, on: &line)
                    line.pad(to: left + 1)
                }
                drawBeside(place, shown: shown, newsRoom: newsRoom, layout, on: &line)
            }
        }
        if rows >= 10 {
            screen.row(layout) { $0.notice() }
            screen.row(layout) { drawFooter(on: &$0) }
            screen.row(layout) { _ in }
        } else if rows >= 3 {
            screen.row(layout) { drawFooter(on: &$0) }
        }
    }

    private func drawBeside(
        _ place: Int, shown: Int, newsRoom: Int, _ layout: ViewColumns, on line: inout ScreenLine
    ) {
        if place < shown {
            guard bars.hasReading, let label = bars.label(at: place) else {
                guard place == 0 else { return }
                line.pad(to: layout.name)
                line.style(.faint)
                return line.text("watching: no frame yet")
            }
            return bars.draw(label, on: &line, isOn: news.isOn(label), columns: layout)
        }
        guard newsRoom > 0 else { return }
        if place == shown + 1 {
            line.pad(to: layout.name - 2)
            line.rule(hasEvents: news.count > 0, layout)
        } else if place > shown + 1 {
            line.pad(to: layout.name - 3)
            news.draw(place - shown - 2, on: &line, nameWidth: layout.nameWidth)
        }
    }

    private func drawFooter(on line: inout ScreenLine) {
        line.pad(to: 1)
        line.style(.faint)
        if let rate = frames.rate {
            line.decimal(rate, places: 1, width: 1)
            line.text(" labels a second   ")
        }
        if bars.hasReading {
            line.decimal(inferenceSeconds * 1000, places: 1, width: 1)
            line.text(" ms each   ")
            load.draw(on: &line)
        }
        line.style(dropped > 0 ? .warning : .faint)
        line.text("   dropped ")
        line.decimal(Double(dropped), places: 0, width: 1)
        line.style(lostSeconds > 0 ? .warning : .faint)
        line.text("   lost ")
        line.decimal(lostSeconds, places: 1, width: 1)
        line.text(" s")
    }
}
