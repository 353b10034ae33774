import TacitDevices

/// What no file tells.
protocol SystemCalls: Sendable {
    /// Whether a file or folder may be read, and written to as well.
    ///
    /// - Parameters:
    ///   - path: with the machine's root in front of it.
    func mayUse(_ path: String, writing: Bool, _ identity: Identity) -> Bool
    /// Seconds since 1970.
    var time: Int { get }
    /// Whether something keeps the clock right; nil where that can't be told.
    var isClockKept: Bool? { get }
    /// The file system that a path is on; nil where that can't be told.
    func disk(_ path: String) -> Disk?
    /// The controls of a card's inputs.
    func controls(card: Int) -> [CaptureControl]
    /// What a camera's node answers. Opened and closed again.
    ///
    /// - Parameter path: in `/dev`, without the machine's root.
    func camera(_ path: String) -> CameraAnswer
    /// What a microphone of that name answers to who would listen at this rate. Opened and closed again.
    func microphone(_ name: String, sampleRate: Int) -> MicrophoneAnswer
}

/// A file system.
struct Disk: Equatable {
    /// Bytes that a user may still write, and bytes in all.
    var free: Int
    var size: Int
    var isReadOnly = false
    /// Whether there is room for one more file.
    var hasRoomForFiles = true
}
