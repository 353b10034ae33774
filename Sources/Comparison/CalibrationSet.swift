import TacitDiagnostics
import TacitEvaluation
import TacitLive
import TacitMeasures
import TacitModelFile

/// Data that two models are compared on.
package struct CalibrationSet {
    /// The most examples that are run: enough to tell a point, and a few minutes of a small model's time. Of larger
    /// splits these are spread evenly over the whole.
    private static let maximumExamples = 2000

    private let data: DataSet

    /// Reads the set's list, and checks that the models can be measured on it.
    ///
    /// - Parameters:
    ///   - kind: of which layout.
    ///   - folder: where it is.
    ///   - split: nil for `DataSetKind.calibrationSplit`, or what stands in for it.
    ///   - description: of the models.
    ///   - path: the model's, for errors.
    /// - Throws: `TacitError`: bad data where model and set don't go together, and what reading a set throws.
    package init(
        _ kind: DataSetKind, folder: String, split: String?, _ description: ModelDescription, path: String
    ) throws {
        var set = try description.dataSet(kind, folder: folder, split: split, calibrates: true, path: path)
        _ = try set.labelIndices(among: description.labels, model: path)
        let (all, most) = (set.examples, Self.maximumExamples)
        if all.count > most { set.examples = (0..<most).map { all[$0 * all.count / most] } }
        data = set
    }

    /// What lies in the set's folder and is no example, in words.
    package var notes: [String] { data.leftOut }

    /// Whether some of that may have been meant as an example, so that all figures are those of a part of the set.
    package var lacksExamples: Bool { data.lacksExamples }

    /// Contexts as the model's front end makes them of the examples, one of each, evenly spread: what a trunk may be
    /// tried with and weights be fitted to.
    ///
    /// - Returns: nil where no example is as long as a context.
    /// - Throws: the error of the first example that can't be read.
    package func contexts(_ description: ModelDescription) throws -> DataContexts? {
        let patches = min(description.input.window, DataContexts.longest)
        let most = max(1, DataContexts.mostPatches / patches)
        let recorder = PatchRecorder(patches: patches, patchSize: description.input.patchSize)
        let labeller = try FileLabeller(description, model: recorder)
        let count = min(most, data.examples.count)
        var values: [Float] = []
        for index in 0..<count {
            recorder.removeAll()
            try data.show(data.examples[index * data.examples.count / count], to: labeller)
            if let context = recorder.context { values += context }
        }
        guard !values.isEmpty else { return nil }
        return DataContexts(name: data.kind.rawValue, split: data.split, patches: patches, values: values)
    }

    /// Runs both models over the examples, side by side.
    ///
    /// - Parameters:
    ///   - exact: what the other is held against.
    ///   - stored: the same model in fewer bits.
    ///   - engine: threads and instruction set.
    ///   - progress: called with the examples done and all; what it throws ends the run.
    /// - Throws: the error of the first example that can't be read.
    package func run(
        exact: ModelFile, stored: ModelFile, engine: EngineSettings, progress: (Int, Int) throws -> Void
    ) throws -> Calibration {
        let models = try [exact, stored].map { try LoadedModel($0) }
        var runs = try models.map { try EvaluationRun(data, model: $0) }
        let labellers = try models.map { try FileLabeller($0, hop: nil, engine: engine) }
        var (outputs, logits) = (RelativeErrors(), RelativeErrors())
        var (windowCount, agreeing) = (0, 0)
        for (index, example) in data.examples.enumerated() {
            try progress(index, data.examples.count)
            var windows: [[FileReading]] = [[], []]
            var labels: [Int?] = []
            for model in models.indices {
                let reading = try runs[model].read(example, labellers[model]) { windows[model].append($0) }
                runs[model].add(example, reading)
                labels.append(reading.logits.indexOfLargest)
            }
            if let label = labels[0], label == labels[1] { agreeing += 1 }
            for (exact, found) in zip(windows[0], windows[1]) {
                outputs.add(found.embedding, exact: exact.embedding)
                logits.add(found.logits, exact: exact.logits)
                windowCount += 1
            }
        }
        try progress(data.examples.count, data.examples.count)
        let metric = runs.map { data.isMultilabel ? $0.meanAveragePrecision : $0.accuracy.value }
        return Calibration(
            dataSet: data.kind.rawValue, split: data.split, count: data.examples.count, windows: windowCount,
            metric: data.isMultilabel ? .map : .accuracy, exact: metric[0], stored: metric[1], agreeing: agreeing,
            output: outputs.error, logits: logits.error)
    }
}
