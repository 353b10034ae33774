import CTacitMicrohttpd
import Glibc
import TacitDiagnostics

/// One that follows the stream's lines over a WebSocket. The server's thread's own.
final class WebSocketPeer: @unchecked Sendable {
    let socket: Int32
    private let handle: OpaquePointer
    /// In the lines.
    var place: Int
    private var incoming: [UInt8]
    private var outgoing: [UInt8] = []
    private var sent = 0
    private var isClosing = false
    private var lastProgress = Stopwatch.now
    private var lastHeard = Stopwatch.now
    private var wasAsked = false

    /// Seconds after which one that takes nothing, or does not answer, is left.
    private static let patience = 20.0

    init(socket: Int32, handle: OpaquePointer, place: Int, incoming: [UInt8]) {
        self.socket = socket
        self.handle = handle
        self.place = place
        self.incoming = incoming
    }

    var wantsToWrite: Bool { sent < outgoing.count }
    var unsent: Int { outgoing.count - sent }
    /// Whether all lines that it was given are sent.
    var isIdle: Bool { !wantsToWrite }

    /// Gives the socket back to the library, which closes it.
    func close() { tacit_microhttpd_close(handle) }

    /// Appends a line.
    func tell(_ line: [UInt8]) {
        guard !isClosing else { return }
        WebSocketFrames.append(.text, line[...], to: &outgoing)
    }

    func beginClosing(_ code: WebSocketFrames.CloseCode) {
        guard !isClosing else { return }
        let number = code.rawValue
        WebSocketFrames.append(.close, [UInt8(number >> 8), UInt8(number & 255)], to: &outgoing)
        isClosing = true
    }

    /// Asks for a sign of life now and then.
    private func ask(_ now: Double) {
        guard now - lastHeard > Self.patience / 2, !wasAsked, !isClosing else { return }
        wasAsked = true
        WebSocketFrames.append(.ping, [], to: &outgoing)
    }

    /// How it stands with one after its turn.
    enum Standing {
        case here
        case gone
        /// It takes nothing, or answers nothing.
        case stuck
    }

    /// Reads and writes what is possible without waiting.
    func turn() -> Standing {
        let now = Stopwatch.now
        guard receive(now) else { return .gone }
        ask(now)
        guard send(now) else { return .gone }
        if isClosing, !wantsToWrite { return .gone }
        let isStuck = wantsToWrite && now - lastProgress > Self.patience || now - lastHeard > 2 * Self.patience
        return isStuck ? .stuck : .here
    }

    private func receive(_ now: Double) -> Bool {
        var isOpen = true
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            // One piece a turn: who sends without end holds up nobody.
            let count = recv(socket, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
            if count > 0 {
                // What comes behind a farewell is nobody's any more.
                if !isClosing { incoming.append(contentsOf: buffer[..<count]) }
            } else if count == 0 || errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR {
                isOpen = false
            }
        }
        while isOpen, !isClosing {
            switch WebSocketFrames.take(from: &incoming) {
            case .more: return true
            case .broken(let code): beginClosing(code)
            case .frame(let kind, let payload):
                lastHeard = now
                wasAsked = false
                switch kind {
                case .close: beginClosing(.normal)
                case .ping where outgoing.count - sent < 1 << 16:
                    WebSocketFrames.append(.pong, payload[...], to: &outgoing)
                default: break
                }
            }
        }
        return isOpen
    }

    private func send(_ now: Double) -> Bool {
        while wantsToWrite {
            let count = outgoing.withUnsafeBytes {
                let rest = UnsafeRawBufferPointer(rebasing: $0[sent...])
                return Glibc.send(
                    socket, rest.baseAddress, rest.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR }
            sent += count
            lastProgress = now
        }
        outgoing.removeAll(keepingCapacity: true)
        sent = 0
        lastProgress = now
        return true
    }
}
