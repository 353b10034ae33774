import TacitLabelling
import TacitModelFile

/// Which of its own labels a tagger says of something. Where one label is always said, it is no error that it is.
struct SaidLabels {
    /// A background is said to be what it has this part of a label's threshold as: scores come and go, and an event
    /// that is on stays on well below its threshold.
    private static let from: Float = 0.5

    private let description: ModelDescription
    /// The largest score of each label since `forget`.
    private var scores: [Float]

    init(_ description: ModelDescription) {
        self.description = description
        scores = [Float](repeating: 0, count: description.labels.count)
    }

    mutating func forget() { for index in scores.indices { scores[index] = 0 } }

    mutating func note(_ reading: Reading) {
        for index in scores.indices { scores[index] = max(scores[index], reading.scores[index]) }
    }

    var labels: [String] {
        guard description.task == .multilabel else { return [] }
        return scores.indices
            .filter { scores[$0] > 0 && scores[$0] >= Self.from * description.thresholds[$0] }
            .map { description.labels[$0] }
    }
}
