import TacitText

/// What there is to tell about one reading of a stream, whatever the sense.
///
/// The vectors are valid while the reading is handled.
package struct LiveReading {
    /// What was read.
    package enum Place {
        /// Seconds of sound, from the first sample to one past the last.
        case span(start: Double, end: Double)
        /// A picture: its number in the stream, counted from 0, and how many were dropped since the start.
        case frame(Int, dropped: Int)
    }

    /// Seconds from the start of the stream to the end of what was read.
    package let time: Double
    package let place: Place
    /// Root mean square of the samples since the reading before, in decibels of full scale, -120 at least; nil where
    /// there is no sound.
    package let level: Double?
    /// `[labels]`, as the model gave them.
    package let scores: UnsafeBufferPointer<Float>
    /// `[labels]`, as events are decided by them.
    package let smoothed: UnsafeBufferPointer<Float>
    /// `[labels]`: the scores before softmax or sigmoid.
    package let logits: UnsafeBufferPointer<Float>
    /// The head's input, `[width]`.
    package let embedding: UnsafeBufferPointer<Float>
    /// Time that the model took since the reading before, in seconds.
    package let inferenceSeconds: Double
    package let wall: WallTime

    /// The moment at which it was told, on the wall clock, in milliseconds since 1970-01-01T00:00:00Z.
    package var wallMilliseconds: Int { wall.milliseconds }

    package init(
        time: Double, place: Place, level: Double?, scores: UnsafeBufferPointer<Float>,
        smoothed: UnsafeBufferPointer<Float>, logits: UnsafeBufferPointer<Float>,
        embedding: UnsafeBufferPointer<Float> = UnsafeBufferPointer(start: nil, count: 0), inferenceSeconds: Double,
        wall: WallTime = .now()
    ) {
        self.time = time
        self.place = place
        self.level = level
        self.scores = scores
        self.smoothed = smoothed
        self.logits = logits
        self.embedding = embedding
        self.inferenceSeconds = inferenceSeconds
        self.wall = wall
    }
}
