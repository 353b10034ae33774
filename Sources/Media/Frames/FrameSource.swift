/// Where frames come from: picture files, a descriptor, a camera. The same to everything after it.
package protocol FrameSource: AnyObject {
    /// The last frame that `read` announced, valid until the next call.
    var frame: FrameBuffer { get }
    /// The file that it came from, where each has one of its own.
    var framePath: String? { get }

    /// Waits for the next frame that is of use.
    ///
    /// - Parameter time: frames from before this (in microseconds since the start of the stream) are passed over; they
    ///   do not count as lost.
    /// - Throws: `TacitError` for what ends the stream: a failing read, a device that is gone for good.
    func read(notBefore time: Int) throws -> FrameEvent
}

extension FrameSource {
    package var framePath: String? { nil }
}
