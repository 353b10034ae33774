import Synchronization

/// How a capture thread is doing, for the thread that reads from its ring.
final class CaptureState: Sendable {
    /// The device is gone; the thread looks for it again and again.
    let isAway = Atomic<Bool>(false)
    /// Why, by `errno`; 0 when it just stopped delivering.
    let cause = Atomic<Int32>(0)
    /// Why it can't be had again, as it said when it was asked last; nil before that.
    let refusal = Mutex<String?>(nil)
    /// How often it came back.
    let returns = Atomic<Int>(0)
    /// Frames since the last sample that wasn't exactly zero.
    let silence = Atomic<Int>(0)
    /// Set by the reader: there is no one left to capture for.
    let isStopping = Atomic<Bool>(false)
}
