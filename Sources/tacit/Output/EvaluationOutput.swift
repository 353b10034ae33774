import TacitConsole
import TacitEvaluation
import TacitLive
import TacitText

/// What `eval` writes: what the model said about each example, and the measure.
struct EvaluationOutput {
    private let set: DataSet
    private let predictions: ResultsFile?
    private var progress: Progress
    private var line = JSONLine()

    /// - Parameter predictions: a file to write each example's logits to.
    init(_ set: DataSet, predictions: String?) throws {
        self.set = set
        self.predictions = try predictions.map { try ResultsFile(path: $0) }
        progress = Progress(total: set.examples.count)
    }

    mutating func take(
        _ example: DataSet.Example, _ reading: FileReading, said: String?, done: Int, accuracy: Double?
    ) throws {
        if let predictions {
            line.begin()
            line.path("path", example.path)
            line.beginArray("truth")
            for truth in example.classes { line.string(set.classes[truth]) }
            line.endArray()
            if let said { line.string("said", said) }
            reading.logits.withUnsafeBufferPointer { line.floats("logits", $0) }
            line.end()
            try predictions.write(line.bytes)
        }
        progress.show(done, value: accuracy)
    }

    func finish() throws {
        progress.clear()
        try predictions?.close()
    }

    func write(_ run: EvaluationRun, json: Bool) throws {
        try StandardOutput.shared.write(json ? Self.json(run) : Self.text(run))
    }

    private static func json(_ run: EvaluationRun) -> [UInt8] {
        var line = JSONLine()
        line.begin()
        line.string("dataset", run.set.kind.rawValue)
        line.string("split", run.set.split)
        line.integer("count", run.set.examples.count)
        line.float("accuracy", run.accuracy.value.map { Float($0) })
        line.float("map", run.meanAveragePrecision.map { Float($0) })
        line.milliseconds("seconds", run.seconds)
        line.end()
        return line.bytes
    }

    private static func text(_ run: EvaluationRun) -> [UInt8] {
        var line = PlainLine()
        line.begin()
        line.text("\(run.set.kind.rawValue) \(run.set.split): \(run.set.examples.count) examples")
        if let value = run.accuracy.value {
            line.literal(", accuracy ")
            line.decimal(100 * value, places: 2)
            line.text(" % (\(run.accuracy.correct) right)")
        }
        if let map = run.meanAveragePrecision {
            line.literal(", mean average precision ")
            line.decimal(map, places: 4)
        }
        line.literal(", ")
        line.decimal(run.seconds, places: 1)
        line.literal(" s")
        line.end()
        return line.bytes
    }
}
