import Synchronization
import TacitText

/// The time of day in a recording, as far as it has been read; for any thread.
package final class RecordedClock: Sendable {
    private let last = Mutex<WallTime?>(nil)

    /// Nil as long as nothing is read that has a time.
    package var time: WallTime? { last.withLock { $0 } }

    /// By this machine's clock until then.
    package var now: WallTime { time ?? .now() }

    func set(_ time: WallTime) { last.withLock { $0 = time } }
}
