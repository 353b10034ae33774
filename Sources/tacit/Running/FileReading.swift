import TacitLabelling

/// What a model says about a file, or about one window of it.
struct FileReading {
    /// Seconds; nil where there is no time.
    var span: (start: Double, end: Double)?
    /// `[labels]`
    var logits: [Float]
    /// `[labels]`
    var scores: [Float]
    /// `[width]`
    var embedding: [Float]
    var inferenceSeconds: Double

    init(_ reading: Reading, hasTime: Bool) {
        span = hasTime ? reading.span : nil
        logits = Array(reading.logits)
        scores = Array(reading.scores)
        embedding = Array(reading.embedding)
        inferenceSeconds = reading.inferenceSeconds
    }

    init(_ average: ReadingAverage, hasTime: Bool) {
        span = hasTime ? average.span : nil
        logits = average.logits
        scores = average.scores
        embedding = average.embedding
        inferenceSeconds = average.inferenceSeconds
    }
}
