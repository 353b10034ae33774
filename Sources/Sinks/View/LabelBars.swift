import TacitLabelling

/// The best labels of a reading as bars, with their thresholds marked.
struct LabelBars {
    private let names: [String]
    private let thresholds: [Float]
    private var ranking: Ranking
    /// The last reading's, `[labels]`.
    private var scores: [Float]
    private(set) var hasReading = false
    /// Columns of the longest name.
    let nameWidth: Int

    init(labels: [String], thresholds: [Float], top: Int, among candidates: [Int]) {
        names = labels
        self.thresholds = thresholds
        // Labels under the threshold are shown as well: the mark in the bar tells.
        ranking = Ranking(top: top, threshold: nil, labels: labels.count, among: candidates)
        scores = Array(repeating: 0, count: labels.count)
        wanted = top == 0 ? candidates.count : min(top, candidates.count)
        nameWidth = candidates.reduce(0) { widest, label in max(widest, ScreenLine.columns(labels[label])) }
    }

    /// The same after labels came or went; until the next reading it shows what the last one said of the others.
    func relabelled(_ stream: StreamDescription) -> LabelBars {
        var bars = LabelBars(
            labels: stream.labels, thresholds: stream.thresholds, top: stream.top, among: stream.selected)
        guard hasReading else { return bars }
        let known = scores + Array(repeating: 0, count: max(0, stream.labels.count - scores.count))
        known.withUnsafeBufferPointer { bars.take($0) }
        return bars
    }

    /// How many bars there are to show.
    let wanted: Int

    mutating func take(_ newest: UnsafeBufferPointer<Float>) {
        for index in scores.indices { scores[index] = newest[index] }
        ranking.rank(newest)
        hasReading = true
    }

    /// The label of a bar, if there is one.
    func label(at place: Int) -> Int? { place < ranking.order.count ? ranking.order[place] : nil }

    func draw(_ label: Int, on line: inout ScreenLine, isOn: Bool, columns: ViewColumns) {
        let score = scores[label]
        let isHeard = score >= thresholds[label]
        line.pad(to: 1)
        if isOn {
            line.style(.good)
            line.symbol("●", ascii: "*")
        }
        line.pad(to: columns.name)
        line.style(isOn ? .strong : .plain)
        line.text(names[label], width: columns.nameWidth)
        line.style(.plain)
        line.pad(to: columns.bar)
        let bar = Bar(value: score, mark: thresholds[label], style: isHeard || isOn ? .good : .quiet)
        bar.draw(on: &line, width: columns.barWidth)
        line.style(isHeard ? .strong : .plain)
        line.decimal(Double(score), places: 2, width: 6)
    }
}
