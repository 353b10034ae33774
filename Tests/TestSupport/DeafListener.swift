import Foundation

/// A port of loopback that swallows whoever comes, or lets everybody in and says nothing.
public final class DeafListener: Sendable {
    public let port: Int
    private let descriptors: [Int32]

    /// - Parameter admits: whether guests are let in; else all places of its queue are taken, and nobody ever is.
    public init(admits: Bool = false) throws {
        let port = try LoopbackPort.unused()
        func made() -> Int32 {
            socket(
                AF_INET,
                Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        }
        let own = made()
        guard LoopbackPort.withAddress(port, { bind(own, $0, $1) }) == 0, listen(own, admits ? 16 : 0) == 0 else {
            throw Executable.LaunchFailure(description: "port \(port) can't be listened on")
        }
        // One more than the queue holds is let in.
        let guests = (0..<(admits ? 0 : 4)).map { _ in made() }
        for guest in guests { _ = LoopbackPort.withAddress(port) { connect(guest, $0, $1) } }
        self.port = port
        descriptors = [own] + guests
    }

    deinit { for descriptor in descriptors { close(descriptor) } }
}
