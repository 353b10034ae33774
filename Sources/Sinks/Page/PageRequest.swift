/// A request, from its head to its end.
final class PageRequest {
    let route: PageRoute
    /// Of the body, as much as one may have.
    var body: [UInt8] = []
    var bodyCount = 0
    /// Of a correction, under the server's lock: the answer, once there is one.
    var answer: PageAnswer?
    var isWaiting = false
    /// Of a picture: whether the next one was waited for.
    var hasWaited = false

    init(_ route: PageRoute) { self.route = route }

    /// Bytes of a body that are kept, and that are read at all.
    static let longestBody = 4096
    static let longestRead = 1 << 16
}
