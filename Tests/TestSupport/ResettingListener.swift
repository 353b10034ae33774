import Foundation

/// Listens on loopback, and cuts each connection off (RST) as soon as something is said.
public final class ResettingListener: Sendable {
    private let listener: LoopbackListener
    public var port: Int { listener.port }
    private let counted = Counted()

    private final class Counted: @unchecked Sendable {
        private let lock = NSLock()
        private var value = 0

        var count: Int { lock.withLock { value } }
        func add() { lock.withLock { value += 1 } }
    }

    public init() throws {
        listener = try LoopbackListener { [counted] connection in
            var byte: UInt8 = 0
            _ = recv(connection, &byte, 1, 0)
            // Closed with what came unread, and nothing left to wait for.
            var ending = linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &ending, socklen_t(MemoryLayout<linger>.size))
            close(connection)
            counted.add()
        }
    }

    /// Connections that were cut off.
    public var count: Int { counted.count }
}
