import Foundation

/// Listens on loopback, and has each connection served, one after another, until it goes.
final class LoopbackListener: Sendable {
    let port: Int
    private let descriptor: Int32

    /// - Parameter serve: given each connection, which it closes. Called on a thread of the listener's own.
    init(serve: @escaping @Sendable (Int32) -> Void) throws {
        port = try LoopbackPort.unused()
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let own = descriptor
        guard LoopbackPort.withAddress(port, { bind(own, $0, $1) }) == 0, listen(own, 16) == 0 else {
            throw Executable.LaunchFailure(description: "port \(port) can't be listened on")
        }
        Thread.detachNewThread {
            while true {
                let connection = accept(own, nil, nil)
                guard connection >= 0 else { return }
                serve(connection)
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }
}
