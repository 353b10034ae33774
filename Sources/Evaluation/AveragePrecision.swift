/// Average precision: the precisions at each distinct score, going down, each weighted by the recall gained there,
/// without interpolation (scikit-learn's `average_precision_score`). Equal scores are one step.
package enum AveragePrecision {
    /// - Parameters:
    ///   - scores: one an example, larger for more likely positive; NaN counts as the least.
    ///   - positives: whether each example is positive; as many.
    /// - Returns: 0...1; nil without positives, where it isn't defined.
    package static func value(scores: [Float], positives: [Bool]) -> Double? {
        precondition(scores.count == positives.count)
        let total = positives.reduce(0) { $0 + ($1 ? 1 : 0) }
        guard total > 0 else { return nil }
        let keys = scores.map { $0.isNaN ? -Float.infinity : $0 }
        let order = keys.indices.sorted { keys[$0] > keys[$1] }
        var found = 0
        var sum = 0.0
        var place = 0
        while place < order.count {
            let score = keys[order[place]]
            let before = found
            while place < order.count, keys[order[place]] == score {
                if positives[order[place]] { found += 1 }
                place += 1
            }
            sum += Double(found - before) / Double(total) * (Double(found) / Double(place))
        }
        return sum
    }
}
