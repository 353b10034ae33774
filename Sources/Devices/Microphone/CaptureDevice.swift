/// A device that sound comes from, as narrow as the capture thread needs it: ALSA's, or one that stands in for it.
///
/// Used by one thread at a time.
package protocol CaptureDevice: AnyObject, Sendable {
    /// Opens the device and agrees on a format; nothing is captured yet.
    ///
    /// - Parameters:
    ///   - sampleRate: hertz, which the device is asked for first.
    ///   - isFixed: whether no other rate will do.
    /// - Throws: `TacitError` (device not available, usage for a name that can't be one).
    func open(sampleRate: Int, isFixed: Bool) throws -> CaptureFormat

    /// The open device in words.
    var name: String { get }

    /// Starts capturing, at first or after `.overrun` and `.suspended`.
    func start() -> CaptureResult

    /// Waits until there is a period, for at most `milliseconds`, and reads it.
    func read(into memory: UnsafeMutableRawPointer, frames: Int, milliseconds: Int) -> CaptureResult

    /// Frames that have been captured and not yet read.
    var unread: Int { get }

    func close()

    /// Seconds on a clock that goes on while the machine sleeps.
    var now: Double { get }

    func sleep(milliseconds: Int)
}
