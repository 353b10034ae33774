import TacitMedia

/// A camera, as narrow as a source of frames needs it: Video4Linux's, or one that stands in for it.
package protocol VideoDevice: AnyObject {
    /// Opens the camera in the mode that serves `wish` best, and starts it.
    ///
    /// - Throws: `TacitError` (device unavailable).
    func open(_ wish: CameraWish) throws -> VideoStream

    /// Waits for a frame, for at most `milliseconds`, and takes it from the camera until `giveBack`.
    func take(milliseconds: Int) -> VideoResult

    /// The bytes of a frame that was taken.
    func bytes(of buffer: VideoBuffer) -> UnsafeRawBufferPointer

    /// Lets the camera fill a frame's memory again.
    func giveBack(_ buffer: VideoBuffer)

    func close()

    /// Microseconds on the machine's monotonic clock, which frames are stamped by as well where the driver is right.
    var now: Int { get }

    func sleep(milliseconds: Int)
}

/// What an open camera delivers.
package struct VideoStream: Equatable, Sendable {
    /// The camera in words.
    package var name: String
    package var mode: CameraMode
    /// How its frames lie in memory.
    package var layout: RawFrame

    package init(name: String, mode: CameraMode, layout: RawFrame) {
        self.name = name
        self.mode = mode
        self.layout = layout
    }
}

/// What became of waiting for a frame.
package enum VideoResult: Equatable, Sendable {
    case frame(VideoBuffer)
    /// Nothing came in time.
    case nothing
    /// The camera is gone or doesn't work, by `errno`.
    case lost(Int32)
}

/// A frame in the camera's memory.
package struct VideoBuffer: Equatable, Sendable {
    package var index: Int
    /// Bytes that are filled.
    package var count: Int
    /// The camera's own number for it, modulo 2^32.
    package var sequence: UInt32
    /// Microseconds on the device's clock, as the driver has it.
    package var time: Int
    /// Whether the camera says that it is not whole.
    package var isDamaged: Bool

    package init(index: Int, count: Int, sequence: UInt32, time: Int, isDamaged: Bool = false) {
        self.index = index
        self.count = count
        self.sequence = sequence
        self.time = time
        self.isDamaged = isDamaged
    }
}
