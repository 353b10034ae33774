import CTacitMicrohttpd

/// A request, from its head to its end.
final class PageRequest {
    let route: PageRoute
    /// Of the body, as much as one may have.
    var body: [UInt8] = []
    var bodyCount = 0
    /// Of a correction: the answer, once there is one.
    var answer: PageAnswer?
    var isWaiting = false

    init(_ route: PageRoute) { self.route = route }

    /// Bytes of a body that are kept, and that are read at all.
    static let longestBody = 4096
    static let longestRead = 1 << 16
}

/// One that follows the stream's lines as server-sent events. The news' monitor guards all of it.
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
