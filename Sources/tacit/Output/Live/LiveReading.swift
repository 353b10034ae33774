/// What there is to tell about one reading of a stream, whatever the sense.
///
/// The vectors are valid while the reading is handled.
struct LiveReading {
    /// What was read.
    enum Place {
        /// Seconds of sound, from the first sample to one past the last.
        case span(start: Double, end: Double)
        /// A picture: its number, and how many were dropped since the start.
        case frame(Int, dropped: Int)
    }

    /// Seconds from the start of the stream to the end of what was read.
    let time: Double
    let place: Place
    /// `[labels]`, as the model gave them.
    let scores: UnsafeBufferPointer<Float>
    /// `[labels]`, as events are decided by them.
    let smoothed: UnsafeBufferPointer<Float>
    /// `[labels]`
    let logits: UnsafeBufferPointer<Float>
    let inferenceSeconds: Double
}
