import TacitConsole
import TacitLabelling
import TacitLive
import TacitSinks
import TacitText

/// `classify` as JSON Lines.
final class JSONClassifyOutput: ClassifyOutput {
    private let labels: [String]
    private let learnedFrom: Int
    private let hasLogits: Bool
    private var ranking: Ranking
    private var line = JSONLine()

    /// - Parameters:
    ///   - labels: in the model's order.
    ///   - learnedFrom: the first of those that were learned.
    ///   - options: which are shown.
    init(labels: [String], learnedFrom: Int, options: LabelOptions) {
        self.labels = labels
        self.learnedFrom = learnedFrom
        hasLogits = options.logits
        ranking = Ranking(top: options.top, threshold: options.threshold, labels: labels.count)
    }

    func result(_ path: String, _ reading: FileReading) throws {
        line.begin()
        line.path("path", path)
        if let span = reading.span { line.span(span) }
        reading.scores.withUnsafeBufferPointer { scores in
            ranking.rank(scores)
            line.labels(ranking, names: labels, learnedFrom: learnedFrom, scores: scores)
        }
        line.milliseconds("inference_ms", reading.inferenceSeconds * 1000)
        if hasLogits {
            reading.logits.withUnsafeBufferPointer { line.floats("logits", $0) }
        }
        line.end()
        try StandardOutput.shared.write(line.bytes)
    }
}
