import Foundation
import TacitTestSupport

/// `tacit listen --to http://127.0.0.1:0`, fed with samples as the test wants it to hear them.
final class PageRun {
    /// Whether there is libmicrohttpd on this machine: Debian's package libmicrohttpd12.
    static let isPossible =
        ["/usr/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"].contains {
            FileManager.default.fileExists(atPath: "\($0)/libmicrohttpd.so.12")
        }

    let listening: EventfulListening
    let port: Int
    private let fed: FedRun
    var run: LiveRun { fed.run }
    var lines: [String] { fed.lines }

    /// - Parameters:
    ///   - more: arguments.
    ///   - place: where the page is.
    ///   - environment: more of it, for the program.
    init(
        _ more: [String] = [], place: String = "127.0.0.1", listening: EventfulListening? = nil,
        environment: [String: String] = [:]
    ) throws {
        let listening = try listening ?? EventfulListening()
        self.listening = listening
        fed = try FedRun(
            listening, ["--to", "stdout", "--to", "http://\(place):0"] + more, environment: environment)
        guard let found = fed.run.pagePort else {
            throw Executable.LaunchFailure(description: "no page: \(fed.run.standardError)")
        }
        port = found
    }

    /// Lets it hear so many seconds more, and reads the lines that it prints until there are so many events more.
    func feed(seconds: Double, events: Int = 0) {
        guard fed.feed(seconds: seconds) else { return }
        var found = 0
        while found < events, let line = readLine() {
            if line.contains(#""type":"event""#) { found += 1 }
        }
    }

    /// The same, reading every label as it comes.
    func feedInStep(seconds: Double) -> Bool { fed.feedInStep(seconds: seconds) }

    @discardableResult
    func readLine() -> String? { fed.readLine() }

    func endInput() { fed.endInput() }

    /// Reads on to its end.
    func finish() -> Int32? {
        endInput()
        return readToEnd()
    }

    /// Reads on to the end of what ends anyway, and what others are told meanwhile, for whom the program doesn't wait
    /// long.
    func readToEnd(with readers: [LoopbackConnection] = []) -> Int32? {
        while readLine() != nil {
            for reader in readers { reader.readWhatIsThere() }
        }
        return run.finish()
    }

    var host: String { "127.0.0.1:\(port)" }

    func connect(receiveBuffer: Int32? = nil) throws -> LoopbackConnection {
        try LoopbackConnection(port: port, receiveBuffer: receiveBuffer)
    }

    /// Asks and reads the answer.
    func ask(
        _ path: String, method: String = "GET", host: String? = nil, _ headers: [String] = [], body: String? = nil
    ) throws -> WebAnswer {
        let connection = try connect()
        let length = body.map { ["Content-Length: \($0.utf8.count)"] } ?? []
        let head = ["\(method) \(path) HTTP/1.1", "Host: \(host ?? self.host)", "Connection: close"] + headers + length
        connection.send(head.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
        guard let answer = WebAnswer(connection.readAll()) else {
            throw Executable.LaunchFailure(description: "\(path): no answer: \(connection.received.count) bytes")
        }
        return answer
    }

    /// Opens a WebSocket, as far as the handshake's answer, which is not read.
    ///
    /// - Parameters:
    ///   - connection: the header of that name.
    ///   - receiveBuffer: bytes that may lie unread on this side; nil for the system's own.
    func openSocket(connection: String = "Upgrade", receiveBuffer: Int32? = nil) throws -> LoopbackConnection {
        let socket = try connect(receiveBuffer: receiveBuffer)
        socket.send(
            "GET /ws HTTP/1.1\r\nHost: \(host)\r\nUpgrade: websocket\r\nConnection: \(connection)\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        return socket
    }

    /// Follows the lines as server-sent events, from now on.
    func follow(receiveBuffer: Int32? = nil) throws -> LoopbackConnection {
        let connection = try connect(receiveBuffer: receiveBuffer)
        connection.send("GET /events HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        guard connection.read(until: { String(decoding: $0, as: UTF8.self).contains("retry: 3000") }) else {
            throw Executable.LaunchFailure(description: "nothing to follow")
        }
        return connection
    }
}

extension LiveRun {
    /// Where its page is, once it says so; nil when it ends before.
    var pagePort: Int? {
        var found: Int?
        _ = waitUntil {
            found = standardError.firstMatch(of: /page: http:\/\/[^ ]*:([0-9]+)\//).flatMap { Int($0.output.1) }
            return found != nil || !isRunning
        }
        return found
    }
}

/// The lines among server-sent events, in whatever pieces they came.
func eventStreamLines(_ bytes: [UInt8]) -> [String] {
    // Chunks' lengths stand between them.
    var text: [UInt8] = []
    var rest = bytes[...]
    let end = Array("\r\n".utf8)
    let head = Array("\r\n\r\n".utf8)
    guard let start = rest.indices.first(where: { rest[$0...].starts(with: head) }) else { return [] }
    rest = rest[(start + 4)...]
    while let line = rest.indices.first(where: { rest[$0...].starts(with: end) }) {
        guard let count = Int(String(decoding: rest[..<line], as: UTF8.self), radix: 16) else { break }
        let begin = line + 2
        guard begin + count <= rest.endIndex else { break }
        text += rest[begin..<begin + count]
        rest = rest[min(begin + count + 2, rest.endIndex)...]
    }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap {
        $0.hasPrefix("data: ") ? String($0.dropFirst(6)) : nil
    }
}
