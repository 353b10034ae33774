import TacitText

/// WebSocket (RFC 6455), a server's side of it, as far as one who tells and does not listen needs it.
///
/// libmicrohttpd hands over the connection after the handshake and knows nothing of frames: its own WebSocket library
/// is experimental and not in Debian's stable release.
package enum WebSocketFrames {
    /// What a client's key is answered with (section 4.2.2).
    package static func accept(_ key: String) -> String {
        Base64.encode(SHA1.digest(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
    }

    /// Whether it is one: 16 bytes in Base64.
    package static func isKey(_ text: String) -> Bool { Base64.decode(text.utf8)?.count == 16 }

    package enum Kind: UInt8 {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10
    }

    /// Why a connection is closed.
    package enum CloseCode: UInt16 {
        // RFC 6455, section 7.4.1.
        case normal = 1000
        case goingAway = 1001
        case protocolError = 1002
        case tooBig = 1009
        // Registered with IANA since.
        case tryAgainLater = 1013
    }

    /// Bytes that a client may send in one frame: nothing that it says is of use here.
    static let longest = 4096

    /// Appends a whole message in one frame.
    package static func append(_ kind: Kind, _ payload: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(0x80 | kind.rawValue)
        switch payload.count {
        case 0..<126: bytes.append(UInt8(payload.count))
        case 126..<65_536:
            bytes.append(126)
            for shift in [8, 0] { bytes.append(UInt8(truncatingIfNeeded: payload.count >> shift)) }
        default:
            bytes.append(127)
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: payload.count >> shift))
            }
        }
        bytes.append(contentsOf: payload)
    }

    /// What a client sends.
    package enum Received: Equatable {
        case frame(Kind, [UInt8])
        /// There is not all of it yet.
        case more
        /// It breaks the protocol: the code to close with.
        case broken(CloseCode)
    }

    /// Takes the first frame out of what has come.
    package static func take(from bytes: inout [UInt8]) -> Received {
        guard bytes.count >= 2 else { return .more }
        guard bytes[0] & 0x70 == 0, let kind = Kind(rawValue: bytes[0] & 15) else { return .broken(.protocolError) }
        // Clients have to mask.
        guard bytes[1] & 0x80 != 0 else { return .broken(.protocolError) }
        var count = Int(bytes[1] & 0x7f)
        let isControl = kind.rawValue >= 8
        if isControl, count > 125 || bytes[0] & 0x80 == 0 { return .broken(.protocolError) }
        var place = 2
        if count >= 126 {
            let width = count == 126 ? 2 : 8
            guard bytes.count >= 2 + width else { return .more }
            guard width == 2 || bytes[2..<8].allSatisfy({ $0 == 0 }) else { return .broken(.tooBig) }
            count = bytes[2..<2 + width].reduce(0) { $0 << 8 | Int($1) }
            place += width
        }
        guard count <= longest else { return .broken(.tooBig) }
        guard bytes.count >= place + 4 + count else { return .more }
        let mask = Array(bytes[place..<place + 4])
        let payload = bytes[(place + 4)..<(place + 4 + count)].enumerated().map { $1 ^ mask[$0 % 4] }
        bytes.removeFirst(place + 4 + count)
        return .frame(kind, payload)
    }
}
