import Foundation

/// Listens on loopback, welcomes whoever comes as a broker of MQTT does, and hangs up in the midst of a message.
public final class HangingUpBroker: Sendable {
    public let port: Int
    private let descriptor: Int32

    public init() throws {
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
                var heard = [UInt8](repeating: 0, count: 4096)
                _ = recv(connection, &heard, heard.count, 0)
                // CONNACK, and the beginning of a PUBLISH of 32 bytes.
                let said: [UInt8] = [0x20, 2, 0, 0, 0x30, 32, 0, 5] + Array("hel".utf8)
                _ = send(connection, said, said.count, Int32(MSG_NOSIGNAL))
                // An end in order: what has come is read first, lest the other side hear of a reset.
                shutdown(connection, Int32(SHUT_WR))
                while recv(connection, &heard, heard.count, 0) > 0 {}
                close(connection)
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }
}
