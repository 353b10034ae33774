/// A stream's time, in microseconds since its first frame: by the stamps of its frames, as long as these agree with when
/// the frames come, else by that. It never goes back, and goes on whatever a driver writes into its stamps.
package struct FrameTime: Sendable {
    /// Of the last frame.
    package private(set) var time = 0

    private var last: (stamp: Int, arrival: Int)?
    /// When the first frame came.
    private var origin = 0

    /// How far time by stamps may be from time by arrival: frames may wait while the model works.
    private static let tolerance = 1_000_000
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
        // A stamp that stands still or goes back tells nothing of how long it took.
        let isPlausible = step > 0 && abs(time + step - (arrival - origin)) <= Self.tolerance
        time += isPlausible ? step : max(0, arrival - last.arrival)
        return time
    }
}
