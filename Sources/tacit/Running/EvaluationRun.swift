import TacitConsole
import TacitDiagnostics
import TacitEvaluation
import TacitFrontEnd
import TacitModelFile
import TacitText

/// A model over a data set, clip by clip.
struct EvaluationRun {
    private let set: DataSet
    private let labels: [String]
    private let task: ModelDescription.Task
    /// For each class the model's label; nil for classes that no clip belongs to.
    private let labelOfClass: [Int?]
    private let predictions: OutputFile?
    private var accuracy = Accuracy()
    private var precision: MeanAveragePrecision
    private let watch = Stopwatch()
    private var seconds = 0.0

    /// - Parameter predictions: a file to write each clip's logits to.
    init(_ set: DataSet, model: LoadedModel, predictions: String?) throws {
        self.set = set
        labels = model.description.labels
        task = model.description.task
        labelOfClass = try set.labelIndices(among: labels, model: model.path)
        precision = MeanAveragePrecision(classes: set.isMultilabel ? set.classes.count : 0)
        self.predictions = try predictions.map { try OutputFile(path: $0) }
    }

    /// - Throws: the error of the first clip that can't be read: a measure over part of a set would be another one.
    mutating func run(_ labeller: FileLabeller) throws {
        var progress = Progress(total: set.examples.count)
        var line = JSONLine()
        for (index, example) in set.examples.enumerated() {
            let reading = try read(example, labeller)
            if set.isMultilabel {
                // By class, clips are ranked by what can be compared between them: a sigmoid's logit, which does not
                // saturate as its score does, but a softmax's score.
                let values = task == .multilabel ? reading.logits : reading.scores
                precision.add(
                    scores: labelOfClass.map { $0.map { values[$0] } ?? 0 }, truth: example.classes)
            } else if let truth = example.classes.first, let label = labelOfClass[truth] {
                accuracy.add(logits: reading.logits, truth: label)
            }
            if let predictions {
                line.begin()
                line.key("path")
                line.path(example.path)
                line.key("truth")
                line.beginArray()
                for truth in example.classes { line.string(set.classes[truth]) }
                line.endArray()
                line.key("logits")
                reading.logits.withUnsafeBufferPointer { line.floats($0) }
                line.end()
                try predictions.write(line.bytes)
            }
            progress.show(index + 1, value: accuracy.value)
        }
        progress.clear()
        try predictions?.close()
        seconds = watch.seconds
    }

    private func read(_ example: DataSet.Example, _ labeller: FileLabeller) throws -> FileReading {
        guard let picture = example.picture, let pictures = set.pictures else { return try labeller.read(example.path) }
        return try pictures.pixels.withUnsafeBufferPointer { pixels in
            let start = picture * pictures.bytesPerPicture
            guard let base = pixels.baseAddress, start + pictures.bytesPerPicture <= pixels.count else {
                throw TacitError.badData(example.path, "no such picture")
            }
            return try labeller.read(
                PixelView(
                    pixels: base + start, width: pictures.width, height: pictures.height,
                    channels: pictures.channels), path: example.path)
        }
    }

    func write(json: Bool) throws {
        let map = set.isMultilabel ? precision.value : nil
        if json {
            var line = JSONLine()
            line.begin()
            line.key("dataset")
            line.string(set.kind.rawValue)
            line.key("split")
            line.string(set.split)
            line.key("count")
            line.integer(set.examples.count)
            line.key("accuracy")
            if let value = accuracy.value { line.float(Float(value)) } else { line.null() }
            line.key("map")
            if let map { line.float(Float(map)) } else { line.null() }
            line.key("seconds")
            line.milliseconds(seconds)
            line.end()
            try StandardOutput.shared.write(line.bytes)
            return
        }
        var line = PlainLine()
        line.begin()
        line.text("\(set.kind.rawValue) \(set.split): \(set.examples.count) examples")
        if let value = accuracy.value {
            line.literal(", accuracy ")
            line.decimal(100 * value, places: 2)
            line.text(" % (\(accuracy.correct) right)")
        }
        if let map {
            line.literal(", mean average precision ")
            line.decimal(map, places: 4)
        }
        line.literal(", ")
        line.decimal(seconds, places: 1)
        line.literal(" s")
        line.end()
        try StandardOutput.shared.write(line.bytes)
    }
}
