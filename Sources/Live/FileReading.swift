import TacitLabelling
import TacitMedia

/// What a model says about a file, or about one window of it.
package struct FileReading {
    /// Seconds; nil where there is no time.
    package var span: (start: Double, end: Double)?
    /// `[labels]`
    package var logits: [Float]
    /// `[labels]`
    package var scores: [Float]
    /// `[width]`
    package var embedding: [Float]
    package var inferenceSeconds: Double
    /// Of the file's sound, whatever part of it this is about.
    package var damage = SoundDamage()

    package init(_ reading: Reading, hasTime: Bool) {
        span = hasTime ? reading.span : nil
        logits = Array(reading.logits)
        scores = Array(reading.scores)
        embedding = Array(reading.embedding)
        inferenceSeconds = reading.inferenceSeconds
    }

    package init(_ average: ReadingAverage, hasTime: Bool) {
        span = hasTime ? average.span : nil
        logits = average.logits
        scores = average.scores
        embedding = average.embedding
        inferenceSeconds = average.inferenceSeconds
    }
}
