/// The share of examples of which the true label is said.
package struct Accuracy: Sendable {
    package private(set) var count = 0
    package private(set) var correct = 0

    package init() {}

    package mutating func add(isCorrect: Bool) {
        count += 1
        if isCorrect { correct += 1 }
    }

    /// nil before the first example.
    package var value: Double? { count == 0 ? nil : Double(correct) / Double(count) }
}
