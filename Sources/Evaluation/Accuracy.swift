import TacitMeasures

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
        if logits.indexOfLargest == truth { correct += 1 }
    }

    /// nil before the first example.
    package var value: Double? { count == 0 ? nil : Double(correct) / Double(count) }
}
