import Capture
import Labelling

/// `listen` as JSON Lines.
final class JSONListenOutput: ListenOutput {
    private let labels: [String]
    private let hasLogits: Bool
    private var ranking: Ranking
    private var line = JSONLine()

    init(labels: [String], options: LabelOptions) {
        self.labels = labels
        hasLogits = options.logits
        ranking = Ranking(top: options.top, threshold: options.threshold, labels: labels.count)
    }

    func samples(_ samples: UnsafeBufferPointer<Float>, time: Double) {}

    func labels(_ reading: Reading) throws {
        ranking.rank(reading.scores)
        line.begin()
        line.key("type")
        line.string("labels")
        line.key("time")
        line.seconds(reading.time)
        line.span(reading.span)
        line.key("wall")
        line.time(.now())
        line.labels(ranking, names: labels, scores: reading.scores)
        line.key("inference_ms")
        line.milliseconds(reading.inferenceSeconds * 1000)
        if hasLogits {
            line.key("logits")
            line.floats(reading.logits)
        }
        line.end()
        try StandardOutput.shared.write(line.bytes)
    }

    func gap(time: Double, lostSeconds: Double, reason: SourceEvent.Reason) throws {
        line.begin()
        line.key("type")
        line.string("gap")
        line.key("time")
        line.seconds(time)
        line.key("lost_seconds")
        line.seconds(lostSeconds)
        line.key("reason")
        line.string(reason.rawValue)
        line.end()
        try StandardOutput.shared.write(line.bytes)
    }

    func finish() {}
}
