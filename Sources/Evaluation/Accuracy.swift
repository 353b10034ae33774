/// The share of examples whose largest logit is the true label's.
package struct Accuracy: Sendable {
    package private(set) var count = 0
    package private(set) var correct = 0

    package init() {}

    /// - Parameters:
    ///   - logits: one a label of the model.
    ///   - truth: the index of the true label.
    package mutating func add(logits: [Float], truth: Int) {
        count += 1
        if Self.largest(logits) == truth { correct += 1 }
    }

    /// nil before the first example.
    package var value: Double? { count == 0 ? nil : Double(correct) / Double(count) }

    /// The index of the largest value; the first of equals; nil where nothing compares (no values, all NaN).
    package static func largest(_ values: [Float]) -> Int? {
        var best: Int?
        for (index, value) in values.enumerated() where !value.isNaN {
            if let current = best, values[current] >= value { continue }
            best = index
        }
        return best
    }
}
