import Synchronization

/// Connections whose next request is not there as a whole, and since when. The library ends only those from which
/// nothing comes at all: a byte now and then would keep a place for ever.
///
/// It has a lock of its own, under which the library is never called: the library tells of some ends while it holds a
/// lock that its own calls want as well.
package final class UnfinishedRequests: Sendable {
    private struct Connection {
        let socket: Int32
        /// When the request that is waited for could begin; nil while there is one that is whole.
        var since: Double?
    }

    /// By the library's pointers.
    private let connections = Mutex<[UInt: Connection]>([:])

    package init() {}

    /// A connection is there.
    ///
    /// - Parameters:
    ///   - connection: the library's.
    ///   - socket: its descriptor, which is open until `isClosed`.
    ///   - now: seconds, by a clock that only goes forward.
    package func isOpened(_ connection: OpaquePointer, socket: Int32, now: Double) {
        let key = UInt(bitPattern: connection)
        connections.withLock { $0[key] = Connection(socket: socket, since: now) }
    }

    /// All of a request is there: what becomes of it is up to this side.
    package func isWhole(_ connection: OpaquePointer) {
        let key = UInt(bitPattern: connection)
        connections.withLock { $0[key]?.since = nil }
    }

    /// The next request may come.
    package func isAnswered(_ connection: OpaquePointer, now: Double) {
        let key = UInt(bitPattern: connection)
        connections.withLock { $0[key]?.since = now }
    }

    package func isClosed(_ connection: OpaquePointer) {
        let key = UInt(bitPattern: connection)
        connections.withLock { $0[key] = nil }
    }

    /// The sockets whose requests have taken longer than `patience` seconds, each handed to `end` while it is open for
    /// sure.
    package func overdue(now: Double, patience: Double, _ end: (Int32) -> Void) {
        connections.withLock { connections in
            for connection in connections.values {
                if let since = connection.since, now - since > patience { end(connection.socket) }
            }
        }
    }
}
