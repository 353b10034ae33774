import TacitConsole
import TacitDiagnostics
import TacitLabelling
import TacitLive
import TacitSinks

/// `classify` on a terminal: a line for each file with its best label as a bar, and below them the one being read.
final class ClassifyView: ClassifyOutput {
    private let labels: [String]
    private let thresholds: [Float]
    private let hasSpans: Bool
    private let terminal = Terminal.shared
    private var ranking: Ranking
    private var line: ScreenLine
    private let nameWidth: Int
    private var labelWidth = 5
    private var lastDrawn = -1.0
    private var hasProgress = false

    /// - Parameter paths: all that will come, so that columns can be lined up.
    init(paths: [String], labels: [String], thresholds: [Float], options: LabelOptions, hasSpans: Bool) {
        self.labels = labels
        self.thresholds = thresholds.map { options.threshold ?? $0 }
        self.hasSpans = hasSpans
        ranking = Ranking(top: options.top, threshold: options.threshold, labels: labels.count)
        line = ScreenLine(isUnicode: terminal.isUnicode, hasColor: terminal.hasColor)
        nameWidth = min(paths.reduce(0) { max($0, ScreenLine.columns(SystemPath.shortName(of: $1))) }, 30)
        labelWidth = min(max(labels.reduce(0) { max($0, ScreenLine.columns($1)) }, 5), 22)
        terminal.prepare()
    }

    func begin(_ path: String, number: Int, of count: Int) throws {
        guard count > 1, Stopwatch.now - lastDrawn > 0.1 else { return }
        lastDrawn = Stopwatch.now
        line.clear()
        line.begin(columns: terminal.size.columns - 1)
        line.control("\r")
        line.style(.faint)
        line.text("\(number) of \(count)  \(SystemPath.shortName(of: path))")
        line.style(.plain)
        line.control("\u{1B}[K")
        hasProgress = true
        try StandardOutput.shared.write(line.buffer.bytes)
    }

    func result(_ path: String, _ reading: FileReading) throws {
        line.clear()
        line.control("\r")
        line.begin(columns: min(terminal.size.columns - 1, 110))
        line.text(SystemPath.shortName(of: path), width: nameWidth)
        line.pad(to: nameWidth + 1)
        if hasSpans, let span = reading.span {
            line.decimal(span.start, places: 1, width: 7)
            line.decimal(span.end, places: 1, width: 7)
            line.text(" s")
        }
        line.text("  ")
        reading.scores.withUnsafeBufferPointer { draw($0) }
        line.end()
        hasProgress = false
        try StandardOutput.shared.write(line.buffer.bytes)
    }

    private func draw(_ scores: UnsafeBufferPointer<Float>) {
        ranking.rank(scores)
        guard let best = ranking.order.first else {
            line.style(.faint)
            return line.text("nothing")
        }
        let isOn = scores[best] >= thresholds[best]
        line.style(isOn ? .strong : .plain)
        let start = line.column
        line.text(labels[best], width: labelWidth)
        line.style(.plain)
        line.pad(to: start + labelWidth + 1)
        let bar = Bar(
            value: scores[best], mark: thresholds[best], style: isOn ? .good : .faint)
        bar.draw(on: &line, width: 16)
        line.decimal(Double(scores[best]), places: 2, width: 5)
        line.style(.faint)
        for index in ranking.order.dropFirst() {
            // One that does not fit is left out, and so are those after it.
            guard line.room >= ScreenLine.columns(labels[index]) + 7 else { break }
            line.text("  ")
            line.text(labels[index])
            line.decimal(Double(scores[index]), places: 2, width: 5)
        }
    }

    func failure(_ error: TacitError) throws {
        try clearProgress()
        StandardError.line(error.description)
    }

    func finish() throws {
        try clearProgress()
        terminal.restore()
    }

    private func clearProgress() throws {
        guard hasProgress else { return }
        hasProgress = false
        line.clear()
        line.control("\r\u{1B}[K")
        try StandardOutput.shared.write(line.buffer.bytes)
    }
}
