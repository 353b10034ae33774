import Foundation

/// A connection to a program on this machine, byte by byte: what no library would send can be sent.
public final class LoopbackConnection {
    public let descriptor: Int32
    public private(set) var received: [UInt8] = []

    /// - Parameters:
    ///   - port: on 127.0.0.1.
    ///   - receiveBuffer: bytes that may lie unread on this side; nil for the system's own.
    ///   - host: it comes from 127.0.0.`host`.
    public init(port: Int, receiveBuffer: Int32? = nil, host: UInt8 = 1) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        if host != 1 { _ = LoopbackPort.withAddress(0, host: host) { bind(descriptor, $0, $1) } }
        let result = LoopbackPort.withAddress(port) { connect(descriptor, $0, $1) }
        guard result == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw Executable.LaunchFailure(description: "port \(port): \(reason)")
        }
    }

    deinit { close(descriptor) }

    /// As much as the other side takes.
    public func send(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    public func send(_ text: String) { send(Array(text.utf8)) }

    /// Nothing more is said from here.
    public func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Reads what comes until something is so. `limit` in seconds guards against hanging.
    ///
    /// - Returns: false when the other side has closed, or the limit is over, before it was so.
    @discardableResult
    public func read(limit: Double = 60, until isSo: ([UInt8]) -> Bool) -> Bool {
        let deadline = DispatchTime.now().uptimeNanoseconds + UInt64(limit * 1e9)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isSo(received) {
            guard DispatchTime.now().uptimeNanoseconds < deadline else { return false }
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 100) > 0 else { continue }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return false }
            received += buffer[..<count]
        }
        return true
    }

    /// Reads what has come by now.
    public func readWhatIsThere() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return }
            received += buffer[..<count]
        }
    }

    /// Until the other side closes.
    public func readAll(limit: Double = 60) -> [UInt8] {
        read(limit: limit) { _ in false }
        return received
    }

    /// Forgets what was received.
    public func clear() { received.removeAll() }
}

/// An answer over HTTP.
public struct WebAnswer {
    public let status: Int
    /// By name in small letters.
    public let headers: [String: String]
    public let body: [UInt8]
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// - Parameter bytes: all that came, of one answer with a length.
    public init?(_ bytes: [UInt8]) {
        let end = Array("\r\n\r\n".utf8)
        guard let head = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { return nil }
        let lines = String(decoding: bytes[..<head], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else { return nil }
        self.status = status
        headers = Dictionary(
            lines.dropFirst().compactMap { line in
                line.firstIndex(of: ":").map {
                    (line[..<$0].lowercased(), line[line.index(after: $0)...].trimmingCharacters(in: .whitespaces))
                }
            }, uniquingKeysWith: { first, _ in first })
        body = Array(bytes[(head + 4)...])
    }
}
