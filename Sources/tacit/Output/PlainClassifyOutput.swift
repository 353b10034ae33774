import TacitConsole
import TacitLabelling
import TacitLive
import TacitSinks
import TacitText

/// `classify` as lines for people, where there is no terminal to draw on.
final class PlainClassifyOutput: ClassifyOutput {
    private let labels: [String]
    private let hasSpans: Bool
    private var ranking: Ranking
    private var line = PlainLine()

    /// - Parameter hasSpans: whether to tell windows apart by their span.
    init(labels: [String], options: LabelOptions, hasSpans: Bool) {
        self.labels = labels
        self.hasSpans = hasSpans
        ranking = Ranking(top: options.top, threshold: options.threshold, labels: labels.count)
    }

    func result(_ path: String, _ reading: FileReading) throws {
        line.begin()
        line.text(path)
        line.literal("  ")
        if hasSpans, let span = reading.span {
            line.span(span)
            line.literal("  ")
        }
        reading.scores.withUnsafeBufferPointer { scores in
            ranking.rank(scores)
            line.labels(ranking, names: labels, scores: scores)
        }
        line.end()
        try StandardOutput.shared.write(line.bytes)
    }
}
