import TacitMeasures

/// The share of examples whose largest value is the true label's.
package struct Accuracy: Sendable {
    package private(set) var count = 0
    package private(set) var correct = 0

    package init() {}

    /// - Parameters:
    ///   - values: one a label, logits or scores.
    ///   - truth: the index of the true label.
    package mutating func add(values: [Float], truth: Int) { add(isCorrect: values.indexOfLargest == truth) }

    package mutating func add(isCorrect: Bool) {
        count += 1
        if isCorrect { correct += 1 }
    }

    /// nil before the first example.
    package var value: Double? { count == 0 ? nil : Double(correct) / Double(count) }
}
