/// The labels to show for a reading, best first. Made once, then used for every reading without allocating.
package struct Ranking {
    /// How many labels at most; 0 is all of them, whatever their score.
    package let top: Int
    /// Labels that score less are left out; nil leaves none out.
    package let threshold: Float?
    /// The labels that may be shown.
    private let candidates: [Int]
    /// Indices of labels, by falling score; the first of equals first.
    package private(set) var order: [Int] = []

    /// - Parameters:
    ///   - top: how many are shown; 0 for all.
    ///   - threshold: the least score that is shown; nil for any.
    ///   - labels: how many the model has.
    ///   - candidates: those that may be shown; nil for all.
    package init(top: Int, threshold: Float?, labels: Int, among candidates: [Int]? = nil) {
        self.top = top
        self.threshold = threshold
        self.candidates = candidates ?? Array(0..<labels)
        order.reserveCapacity(labels)
    }

    package mutating func rank(_ scores: UnsafeBufferPointer<Float>) {
        order.removeAll(keepingCapacity: true)
        let limit = top == 0 ? candidates.count : min(top, candidates.count)
        for index in candidates {
            let score = Self.key(scores[index])
            if top > 0, let threshold, !(score >= threshold) { continue }
            if order.count == limit, let last = order.last {
                if Self.key(scores[last]) >= score { continue }
                order.removeLast()
            }
            var place = order.count
            while place > 0, Self.key(scores[order[place - 1]]) < score { place -= 1 }
            order.insert(index, at: place)
        }
    }

    /// Indices of all scores, the largest first, what is no number last; of equals the first. Allocates.
    package static func order(of scores: some RandomAccessCollection<Float>) -> [Int] {
        let keys = scores.map { key($0) }
        return keys.indices.sorted { keys[$0] != keys[$1] ? keys[$0] > keys[$1] : $0 < $1 }
    }

    /// What is no number comes last.
    private static func key(_ score: Float) -> Float { score.isNaN ? -.infinity : score }
}
