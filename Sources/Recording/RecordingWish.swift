/// How much is recorded, and where to.
package struct RecordingWish: Equatable, Sendable {
    package var path: String
    /// Of the stream; nil for no end.
    package var seconds: Double?
    /// Of the file.
    package var bytes: Int

    package init(path: String, seconds: Double? = nil, bytes: Int) {
        self.path = path
        self.seconds = seconds
        self.bytes = bytes
    }
}
