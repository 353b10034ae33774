/// Connections whose next request is not there as a whole, and since when. The library ends only those from which
/// nothing comes at all: a byte now and then would keep a place for ever.
package struct UnfinishedRequests {
    private struct Connection {
        let socket: Int32
        /// When the request that is waited for could begin; nil while there is one that is whole.
        var since: Double?
    }

    private var connections: [OpaquePointer: Connection] = [:]

    package init() {}

    /// A connection is there.
    ///
    /// - Parameters:
    ///   - connection: the library's.
    ///   - socket: its descriptor, which is open until `isClosed`.
    ///   - now: seconds, by a clock that only goes forward.
    package mutating func isOpened(_ connection: OpaquePointer, socket: Int32, now: Double) {
        connections[connection] = Connection(socket: socket, since: now)
    }

    /// All of a request is there: what becomes of it is up to this side.
    package mutating func isWhole(_ connection: OpaquePointer) { connections[connection]?.since = nil }

    /// The next request may come.
    package mutating func isAnswered(_ connection: OpaquePointer, now: Double) { connections[connection]?.since = now }

    package mutating func isClosed(_ connection: OpaquePointer) { connections[connection] = nil }

    /// The sockets whose requests have taken longer than `patience` seconds.
    package func overdue(now: Double, patience: Double) -> [Int32] {
        connections.values.compactMap { connection in
            guard let since = connection.since, now - since > patience else { return nil }
            return connection.socket
        }
    }
}
