import TacitDiagnostics
import TacitEvaluation
import TacitMeasures
import TacitModelFile

/// A model over a data set, clip by clip.
package struct EvaluationRun {
    package let set: DataSet
    private let labels: [String]
    private let task: ModelDescription.Task
    /// For each class the model's label; nil for classes that no clip belongs to.
    private let labelOfClass: [Int?]
    /// Labels that may be said: with learned ones a folder's own classes, else all.
    private let candidates: [Int]?
    /// Whether learned labels, each with a sigmoid of its own, stand behind a softmax's: of these scores can be compared, but
    /// not logits.
    private let isMixed: Bool
    package private(set) var accuracy = Accuracy()
    private var precision: MeanAveragePrecision
    private let watch = Stopwatch()
    /// How long it took.
    package private(set) var seconds = 0.0

    /// Nil for a set with one label an example.
    package var meanAveragePrecision: Double? { self.set.isMultilabel ? precision.value : nil }

    /// - Throws: `TacitError` where the set's classes and the model's labels don't go together.
    package init(_ set: DataSet, model: LoadedModel) throws {
        self.set = set
        labels = model.description.labels
        task = model.description.task
        labelOfClass = try set.labelIndices(among: labels, model: model.path)
        candidates = model.learned != nil && set.kind == .folder ? labelOfClass.compactMap { $0 } : nil
        isMixed = task == .multiclass && labels.count > model.model.description.labels.count
        precision = MeanAveragePrecision(classes: set.isMultilabel ? set.classes.count : 0)
    }

    /// - Parameters:
    ///   - labeller: of the same model.
    ///   - each: told of every example, what the model said of it, of that the label that counts (`said`), how many
    ///     are done and how accurate so far.
    /// - Throws: the error of the first clip that can't be read: a measure over part of a set would be another one.
    ///   What `each` throws.
    package mutating func run(
        _ labeller: FileLabeller,
        each: (DataSet.Example, FileReading, _ said: String?, _ done: Int, _ accuracy: Double?) throws -> Void
    ) throws {
        for (index, example) in set.examples.enumerated() {
            let reading = try read(example, labeller)
            let said = add(example, reading)
            try each(example, reading, said, index + 1, accuracy.value)
        }
        seconds = watch.seconds
    }

    /// Counts what the model says of an example.
    ///
    /// - Returns: the label that counts where one is the truth, of those that compete; nil where several are, and for results
    ///   that are no numbers.
    @discardableResult
    package mutating func add(_ example: DataSet.Example, _ reading: FileReading) -> String? {
        guard !set.isMultilabel else {
            // By class, clips are ranked by what can be compared between them: a sigmoid's logit, which does not
            // saturate as its score does, but a softmax's score.
            let values = task == .multilabel ? reading.logits : reading.scores
            precision.add(scores: labelOfClass.map { $0.map { values[$0] } ?? 0 }, truth: example.classes)
            return nil
        }
        let said = place(saidIn: reading)
        if let truth = example.classes.first, let label = labelOfClass[truth] {
            accuracy.add(isCorrect: said == label)
        }
        return said.map { labels[$0] }
    }

    private func place(saidIn reading: FileReading) -> Int? {
        let values = isMixed ? reading.scores : reading.logits
        guard let candidates else { return values.indexOfLargest }
        return candidates.map { values[$0] }.indexOfLargest.map { candidates[$0] }
    }

    /// What the model says of an example.
    ///
    /// - Parameters:
    ///   - example: one of the set's.
    ///   - labeller: of the same model.
    ///   - eachWindow: told of each of its windows; nil for none.
    /// - Throws: `TacitError` naming the example's file.
    package func read(
        _ example: DataSet.Example, _ labeller: FileLabeller, eachWindow: ((FileReading) -> Void)? = nil
    ) throws -> FileReading {
        try self.set.show(example, to: labeller, eachWindow: eachWindow)
    }
}
