/// The mean of the average precisions of all classes that have a positive example.
package struct MeanAveragePrecision: Sendable {
    private var scores: [[Float]]
    private var positives: [[Bool]]

    package init(classes: Int) {
        scores = Array(repeating: [], count: classes)
        positives = Array(repeating: [], count: classes)
    }

    /// - Parameters:
    ///   - values: one a class, comparable between examples.
    ///   - truth: the indices of the classes that the example belongs to.
    package mutating func add(scores values: [Float], truth: [Int]) {
        precondition(values.count == scores.count)
        for index in scores.indices {
            scores[index].append(values[index])
            positives[index].append(truth.contains(index))
        }
    }

    /// By class; nil for classes without positives.
    package var byClass: [Double?] {
        zip(scores, positives).map { AveragePrecision.value(scores: $0, positives: $1) }
    }

    /// nil when no class has a positive.
    package var value: Double? {
        let values = byClass.compactMap { $0 }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
