/// A stream's time, in microseconds since its first frame: by the stamps of its frames, as long as these agree with
/// when the frames come, else by that. It never goes back, and goes on whatever a driver writes into its stamps.
package struct FrameTime: Sendable {
    /// Of the last frame.
    package private(set) var time = 0

    private var last: (stamp: Int, arrival: Int)?
    /// How long frames may have waited for whoever takes them, less what has passed since.
    private var wait = 0
    /// When the first frame came.
    private var origin = 0

    /// How far time by stamps may be from time by arrival.
    private static let tolerance = 1_000_000
    /// The longest that a model may be at work on one frame: those that wait for it meanwhile came earlier than it
    /// seems.
    private static let longestWait = 10_000_000
    /// More than any clock shows: sums and differences of such numbers stay in range.
    private static let bound = 1 << 60

    package init() {}

    /// Takes the next frame, or the last one once more.
    ///
    /// - Parameters:
    ///   - stamp: when it was taken, by the camera.
    ///   - arrival: when it came, by the machine's monotonic clock.
    /// - Returns: its time in the stream.
    package mutating func take(stamp: Int, arrival: Int) -> Int {
        let stamp = min(max(stamp, -Self.bound), Self.bound)
        guard let last else {
            last = (stamp, arrival)
            origin = arrival
            return 0
        }
        self.last = (stamp, arrival)
        let step = stamp - last.stamp
        let pause = max(0, arrival - last.arrival)
        wait = min(max(pause, wait - pause), Self.longestWait)
        let lead = time + step - (arrival - origin)
        // A stamp that stands still or goes back tells nothing of how long it took.
        let isPlausible = step > 0 && lead <= Self.tolerance && -lead <= max(Self.tolerance, wait)
        time += isPlausible ? step : pause
        return time
    }
}
