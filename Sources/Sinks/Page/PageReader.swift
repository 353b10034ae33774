/// One that follows the stream's lines as server-sent events. The server's lock guards all of it.
final class PageReader {
    let connection: OpaquePointer
    /// In the lines.
    var place: Int
    var pending: [UInt8] = []
    var sent = 0
    /// Whether the library waits to hear that there is more.
    var isSuspended = false
    /// Whether there should be a sign of life.
    var isBeatDue = false
    var isDropped = false

    init(_ connection: OpaquePointer, place: Int) {
        self.connection = connection
        self.place = place
        // Says at once that there is someone, and how long to wait before asking again.
        pending = Array("retry: 3000\n\n".utf8)
    }
}
