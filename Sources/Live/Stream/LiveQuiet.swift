/// A place of a stream of sound at which it was too quiet for the model to be asked.
///
/// The vector is valid while it is handled.
package struct LiveQuiet {
    /// Seconds from the start of the stream.
    package let time: Double
    /// Root mean square of the samples since the reading or the quiet place before, in decibels of full scale, -120 at
    /// least.
    package let level: Double?
    /// `[labels]`, as events are decided by them: every score counts as 0.
    package let smoothed: UnsafeBufferPointer<Float>

    package init(time: Double, level: Double?, smoothed: UnsafeBufferPointer<Float>) {
        self.time = time
        self.level = level
        self.smoothed = smoothed
    }
}
