import Foundation

/// Listens on loopback, welcomes whoever comes as a broker of MQTT does, and hangs up in the midst of a message.
public final class HangingUpBroker: Sendable {
    private let listener: LoopbackListener
    public var port: Int { listener.port }

    public init() throws {
        listener = try LoopbackListener { connection in
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
