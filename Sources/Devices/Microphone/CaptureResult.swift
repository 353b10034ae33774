/// What became of a call to a device.
package enum CaptureResult: Equatable, Sendable {
    /// So many frames were read; of `start`, that it was done.
    case frames(Int)
    /// Nothing came in time.
    case nothing
    /// More was captured than the device could hold; it has stopped.
    case overrun
    /// The device or the machine slept; the device has stopped.
    case suspended
    /// The device is gone or doesn't work, by `errno`.
    case lost(Int32)
}
