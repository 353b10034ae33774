import Capture
import Labelling

/// `listen` as lines for people, where there is no terminal to draw on.
final class PlainListenOutput: ListenOutput {
    private let labels: [String]
    private var ranking: Ranking
    private var line = PlainLine()

    init(labels: [String], options: LabelOptions) {
        self.labels = labels
        ranking = Ranking(top: options.top, threshold: options.threshold, labels: labels.count)
    }

    func samples(_ samples: UnsafeBufferPointer<Float>, time: Double) {}

    func labels(_ reading: Reading) throws {
        ranking.rank(reading.scores)
        line.begin()
        line.decimal(reading.time, places: 3)
        line.literal(" s  ")
        line.labels(ranking, names: labels, scores: reading.scores)
        line.end()
        try StandardOutput.shared.write(line.bytes)
    }

    func gap(time: Double, lostSeconds: Double, reason: SourceEvent.Reason) throws {
        line.begin()
        line.decimal(time, places: 3)
        line.literal(" s  lost ")
        line.decimal(lostSeconds, places: 3)
        line.literal(" s (")
        line.text(reason.rawValue)
        line.literal(")")
        line.end()
        try StandardOutput.shared.write(line.bytes)
    }

    func finish() {}
}
