import Capture
import Labelling

/// `listen` on a terminal: what is heard, how loud it is, and the best labels as bars with their thresholds.
///
/// The view is redrawn in place, in one write, and keeps its height: nothing scrolls, nothing flickers. What it showed
/// last stays when it ends. Drawing allocates nothing once the screen has been drawn.
final class LiveView: ListenOutput {
    /// What doesn't change while it runs.
    struct Title {
        var model: String
        var input: String
        var windowSeconds: Double
        var hopSeconds: Double
    }

    private let title: Title
    private let labels: [String]
    private let thresholds: [Float]
    private let terminal = Terminal.shared
    private var ranking: Ranking
    private var line: ScreenLine
    private var meter = LevelMeter()
    private var level: (rms: Double, peak: Double)?
    /// The last reading's, `[labels]`.
    private var scores: [Float]
    private var hasReading = false
    private var time = 0.0
    private var lostSeconds = 0.0
    private var inferenceSeconds = 0.0
    /// Columns of the longest label.
    private let labelWidth: Int
    private var drawnLines = 0
    private var generation = 0
    private var lastDrawn = -1.0

    /// Seconds between two drawings while nothing but the level changes.
    private static let calm = 0.1

    init(title: Title, labels: [String], thresholds: [Float], options: LabelOptions) {
        self.title = title
        self.labels = labels
        self.thresholds = thresholds.map { options.threshold ?? $0 }
        // Labels under the threshold are shown as well: the mark in the bar tells.
        ranking = Ranking(top: options.top, threshold: nil, labels: labels.count)
        line = ScreenLine(isUnicode: terminal.isUnicode, hasColor: terminal.hasColor)
        scores = Array(repeating: 0, count: labels.count)
        labelWidth = labels.reduce(0) { widest, label in
            max(widest, label.unicodeScalars.reduce(0) { $0 + ScreenLine.columns($1) })
        }
        terminal.prepare()
    }

    func samples(_ samples: UnsafeBufferPointer<Float>, time: Double) throws {
        meter.add(samples)
        self.time = time
        if Stopwatch.now - lastDrawn >= Self.calm { try draw() }
    }

    func labels(_ reading: Reading) throws {
        for index in scores.indices { scores[index] = reading.scores[index] }
        ranking.rank(reading.scores)
        hasReading = true
        inferenceSeconds = reading.inferenceSeconds
        time = reading.time
        if Stopwatch.now - lastDrawn >= Self.calm { try draw() }
    }

    func gap(time: Double, lostSeconds: Double, reason: SourceEvent.Reason) throws {
        self.time = time
        self.lostSeconds += lostSeconds
        try draw()
    }

    func finish() throws {
        try draw()
        terminal.restore()
    }

    private func draw() throws {
        let (columns, rows) = terminal.size
        let width = min(columns - 1, 100)
        let wanted = ranking.top == 0 ? labels.count : min(ranking.top, labels.count)
        let shown = min(wanted, max(rows - 8, 1))
        if let now = meter.take() { level = now }

        line.clear()
        // Terminals that know synchronized output show the whole at once; others ignore it.
        line.control("\u{1B}[?2026h")
        if terminal.generation != generation {
            generation = terminal.generation
            drawnLines = 0
        }
        line.control(up: drawnLines)
        line.control("\r")
        drawTitle(width)
        blank(width)
        drawLevel(width)
        blank(width)
        for place in 0..<shown { drawLabel(place, width) }
        blank(width)
        drawFooter(width)
        line.control("\u{1B}[J\u{1B}[?2026l")
        drawnLines = shown + 6
        try StandardOutput.shared.write(line.buffer.bytes)
        lastDrawn = Stopwatch.now
    }

    private func blank(_ width: Int) {
        line.begin(columns: width)
        line.end()
    }

    private func drawTitle(_ width: Int) {
        line.begin(columns: width)
        line.pad(to: 1)
        line.style(.strong)
        line.text(title.input, width: width - 24)
        line.style(.faint)
        line.text("  ")
        line.text(title.model, width: max(0, width - line.column - 14))
        line.style(.plain)
        line.pad(to: width - 12)
        line.decimal(time, places: 1, width: 10)
        line.text(" s")
        line.end()
    }

    private func drawLevel(_ width: Int) {
        line.begin(columns: width)
        line.pad(to: 1)
        line.text("level", width: nameWidth(width))
        line.pad(to: nameWidth(width) + 3)
        let bar = Bar(
            value: level.map { LevelMeter.position($0.rms) } ?? 0,
            mark: level.flatMap { $0.peak > LevelMeter.floor ? LevelMeter.position($0.peak) : nil },
            style: (level?.peak ?? -1) >= -0.1 ? .warning : .level)
        bar.draw(on: &line, width: barWidth(width))
        if let level, level.rms > -100 {
            line.decimal(level.rms, places: 0, width: 5)
            line.text(" dB")
        } else {
            line.text("  silence")
        }
        line.end()
    }

    private func drawLabel(_ place: Int, _ width: Int) {
        line.begin(columns: width)
        line.pad(to: 1)
        guard hasReading, place < ranking.order.count else {
            if place == 0 {
                line.style(.faint)
                line.text("listening: first labels after ")
                line.decimal(title.windowSeconds, places: 2, width: 4)
                line.text(" s")
            }
            return line.end()
        }
        let index = ranking.order[place]
        let isOn = scores[index] >= thresholds[index]
        line.style(isOn ? .strong : .plain)
        line.text(labels[index], width: nameWidth(width))
        line.style(.plain)
        line.pad(to: nameWidth(width) + 3)
        let bar = Bar(
            value: scores[index], mark: thresholds[index], style: isOn ? .good : .faint)
        bar.draw(on: &line, width: barWidth(width))
        line.style(isOn ? .strong : .plain)
        line.decimal(Double(scores[index]), places: 2, width: 6)
        line.end()
    }

    private func drawFooter(_ width: Int) {
        line.begin(columns: width)
        line.pad(to: 1)
        line.style(.faint)
        line.text("window ")
        line.decimal(title.windowSeconds, places: 2, width: 4)
        line.text(" s every ")
        line.decimal(title.hopSeconds, places: 2, width: 4)
        line.text(" s")
        if hasReading {
            line.text("   ")
            line.decimal(inferenceSeconds * 1000, places: 1, width: 3)
            line.text(" ms each, load ")
            line.decimal(100 * inferenceSeconds / max(title.hopSeconds, 1e-3), places: 1, width: 3)
            line.text(" %")
        }
        line.style(lostSeconds > 0 ? .warning : .faint)
        line.text("   lost ")
        line.decimal(lostSeconds, places: 1, width: 3)
        line.text(" s")
        line.end()
    }

    /// Columns for the names of labels.
    private func nameWidth(_ width: Int) -> Int { max(5, min(labelWidth, width * 2 / 5)) }

    private func barWidth(_ width: Int) -> Int { max(4, width - nameWidth(width) - 3 - 9) }
}
