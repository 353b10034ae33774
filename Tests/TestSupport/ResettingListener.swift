import Foundation

/// Listens on loopback, and cuts each connection off (RST) as soon as something is said.
public final class ResettingListener: Sendable {
    public let port: Int
    private let descriptor: Int32
    private let counted = Counted()

    private final class Counted: @unchecked Sendable {
        private let lock = NSLock()
        private var value = 0

        var count: Int { lock.withLock { value } }
        func add() { lock.withLock { value += 1 } }
    }

    public init() throws {
        port = try LoopbackPort.unused()
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let own = descriptor
        guard LoopbackPort.withAddress(port, { bind(own, $0, $1) }) == 0, listen(own, 16) == 0 else {
            throw Executable.LaunchFailure(description: "port \(port) can't be listened on")
        }
        Thread.detachNewThread { [counted] in
            while true {
                let connection = accept(own, nil, nil)
                guard connection >= 0 else { return }
                var byte: UInt8 = 0
                _ = recv(connection, &byte, 1, 0)
                // Closed with what came unread, and nothing left to wait for.
                var ending = linger(l_onoff: 1, l_linger: 0)
                setsockopt(connection, SOL_SOCKET, SO_LINGER, &ending, socklen_t(MemoryLayout<linger>.size))
                close(connection)
                counted.add()
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    /// Connections that were cut off.
    public var count: Int { counted.count }
}
