import TacitConsole
import TacitDiagnostics
import TacitFrontEnd
import TacitLive

/// `watch` on a terminal: what the model sees as a small picture, beside it the best labels as bars with their
/// thresholds and the last events; below, how many frames pass and how many don't.
final class WatchView: Sink {
    private let parts: ViewParts
    private var picture = PictureBlock()
    private var frames = FrameMeter()
    private var time = 0.0
    private var dropped = 0

    init(_ stream: StreamDescription, outlet: LineOutlet) {
        parts = ViewParts(stream, outlet: outlet)
    }

    func labels(_ reading: LiveReading) {
        parts.take(reading)
        time = reading.time
        if case .frame(_, let dropped) = reading.place { self.dropped = dropped }
        frames.add()
    }

    func event(_ event: LiveEvent) { parts.add(event) }

    func relabel(_ labels: StreamLabels) { parts.relabel(labels) }

    func gap(_ gap: LiveGap) {
        time = gap.time
        parts.add(gap)
    }

    func picture(_ seen: PixelView) throws {
        guard parts.isDue(time: time) else { return }
        picture.take(seen)
        compose(isLast: false)
        try parts.screen.show()
    }

    func finish() throws { try parts.leave { compose(isLast: true) } }

    private func compose(isLast: Bool) {
        parts.screen.begin()
        let columns = parts.screen.size.columns
        let rows = parts.screen.size.rows
        // Title and footer, an empty row below and above, and one for notices.
        let middle = max(1, rows - (rows >= 10 ? 5 : 2))
        let block = picture.size(columns: columns * 2 / 5, rows: middle)
        // Too little room beside it, and bars matter more.
        let hasPicture = columns >= 56 && block.rows >= 4
        let left = hasPicture ? block.columns + 1 : 0
        let layout = ViewColumns(columns: columns, longestName: parts.bars.nameWidth, left: left)
        let shown = min(parts.bars.wanted, max(1, middle - (middle >= 12 ? middle / 3 : 0)))
        let newsRoom = max(0, middle - shown - 2)
        let used = max(hasPicture ? block.rows : 0, shown + (newsRoom > 0 ? 2 + min(newsRoom, parts.news.count) : 0))
        parts.screen.row(layout) { $0.title(parts.title, time: time, layout) }
        if rows >= 10 { parts.screen.row(layout) { _ in } }
        for place in 0..<(isLast ? used : middle) {
            parts.screen.row(layout) { line in
                if hasPicture {
                    line.pad(to: 1)
                    picture.draw(row: place, of: block, on: &line)
                    line.pad(to: left + 1)
                }
                drawBeside(place, shown: shown, newsRoom: newsRoom, layout, on: &line)
            }
        }
        if rows >= 10 {
            parts.screen.row(layout) { $0.notice() }
            parts.screen.row(layout) { drawFooter(on: &$0) }
            parts.screen.row(layout) { _ in }
        } else if rows >= 3 {
            parts.screen.row(layout) { drawFooter(on: &$0) }
        }
    }

    private func drawBeside(
        _ place: Int, shown: Int, newsRoom: Int, _ layout: ViewColumns, on line: inout ScreenLine
    ) {
        if place < shown {
            guard parts.bars.hasReading, let label = parts.bars.label(at: place) else {
                guard place == 0 else { return }
                line.pad(to: layout.name)
                line.style(.faint)
                return line.text("watching: no frame yet")
            }
            return parts.bars.draw(label, on: &line, isOn: parts.news.isOn(label), columns: layout)
        }
        guard newsRoom > 0 else { return }
        if place == shown + 1 {
            line.pad(to: layout.name - 2)
            line.rule(hasEvents: parts.news.count > 0, layout)
        } else if place > shown + 1 {
            line.pad(to: layout.name - 3)
            parts.news.draw(place - shown - 2, on: &line, nameWidth: layout.nameWidth)
        }
    }

    private func drawFooter(on line: inout ScreenLine) {
        line.pad(to: 1)
        line.style(.faint)
        if let rate = frames.rate {
            line.decimal(rate, places: 1, width: 1)
            line.text(" labels a second   ")
        }
        if parts.bars.hasReading {
            line.decimal(parts.inferenceSeconds * 1000, places: 1, width: 1)
            line.text(" ms each   ")
            parts.load.draw(on: &line)
        }
        line.style(dropped > 0 ? .warning : .faint)
        line.text("   dropped ")
        line.decimal(Double(dropped), places: 0, width: 1)
        line.style(parts.lostSeconds > 0 ? .warning : .faint)
        line.text("   lost ")
        line.decimal(parts.lostSeconds, places: 1, width: 1)
        line.text(" s")
    }
}
