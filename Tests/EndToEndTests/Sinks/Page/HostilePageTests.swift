import Foundation
import TacitTestSupport
import Testing

/// What the page is asked for by those who mean it ill, or are broken.
@Suite(.enabled(if: PageRun.isPossible, "libmicrohttpd is not installed"))
struct HostilePageTests {
    private static let token = "a token of these tests"

    @Test(arguments: ["example.org", "127.0.0.1.nip.io", "", "localhost.example.org:80", "10.0.0.1"])
    func foreignHosts(host: String) throws {
        let page = try PageRun()
        for path in ["/", "/events", "/api/state", "/ws", "/metrics", "/nowhere"] {
            #expect(try page.ask(path, host: host).status == 403)
        }
    }

    @Test(arguments: ["http://example.org", "null", "https://127.0.0.1", "http://127.0.0.1:1"])
    func foreignOrigins(origin: String) throws {
        let page = try PageRun()
        for path in ["/", "/events", "/api/state", "/ws", "/metrics"] {
            #expect(try page.ask(path, ["Origin: \(origin)"]).status == 403)
        }
        #expect(try page.ask("/api/state", ["Origin: http://\(page.host)"]).status == 200)
    }

    /// A proxy and the page might each go by another one of two.
    @Test(arguments: ["Host", "host", "Origin"])
    func twoOfAHeader(name: String) throws {
        let page = try PageRun()
        let own = name == "Origin" ? "http://\(page.host)" : page.host
        let headers = name == "Origin" ? ["\(name): \(own)", "\(name): http://example.org"] : ["\(name): example.org"]
        #expect(try page.ask("/api/state", headers).status == 400)
        #expect(try page.ask("/", headers).status == 400)
        #expect(try page.ask("/api/state").status == 200)
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "BREW"])
    func otherMethods(method: String) throws {
        let page = try PageRun()
        for path in ["/", "/events", "/api/state", "/metrics"] {
            let answer = try page.ask(path, method: method)
            #expect(answer.status == 405 && answer.headers["allow"]?.hasPrefix("GET") == true)
        }
    }

    @Test(arguments: [
        "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/page.js/..", "/page.js%00.html", "/.",
        "/api",
        "/api/", "/Page.js", "/%", "/page.html", "/clips/a.flac",
    ])
    func noOtherPaths(path: String) throws {
        let page = try PageRun()
        let answer = try page.ask(path)
        #expect(answer.status == 404 || answer.status == 400)
        #expect(!answer.text.contains("root:"))
    }

    /// As proxies ask; the host that is named there is the one that counts (RFC 9112, section 3.2.2).
    @Test func wholeAddresses() throws {
        let page = try PageRun()
        for (address, status) in [
            ("http://\(page.host)/metrics", 200), ("HTTP://\(page.host)/api/state?a=b", 200),
            ("http://\(page.host)", 200), ("http://\(page.host)/nowhere", 404),
            ("http://example.org/metrics", 403), ("http:///metrics", 403),
            ("http://a@\(page.host)/metrics", 403), ("https://\(page.host)/metrics", 404),
        ] {
            #expect(try page.ask(address).status == status, "\(address)")
        }
        #expect(try page.ask("http://\(page.host)/metrics", host: "example.org").status == 200)
        #expect(try page.ask("http://example.org/metrics").status == 403)
    }

    @Test func correctionsWantTheirToken() throws {
        let page = try PageRun()
        let json = ["Content-Type: application/json"]
        let body = #"{"event":"x","nothing":true}"#
        #expect(try page.ask("/correct", method: "POST", json, body: body).status == 403)
        let listening = try EventfulListening()
        let file = try listening.folder.write("token", Array("\(Self.token)\nmore\n".utf8))
        let guarded = try PageRun(["--http-token-file", file])
        let shown = ["Authorization: Bearer \(Self.token)"]
        #expect(try guarded.ask("/correct", method: "POST", json, body: body).status == 401)
        #expect(
            try guarded.ask("/correct", method: "POST", json + ["Authorization: Bearer a"], body: body).status == 401)
        #expect(try guarded.ask("/correct", json + shown).status == 405)
        #expect(try guarded.ask("/correct", method: "POST", shown, body: body).status == 415)
        #expect(
            try guarded.ask("/correct", method: "POST", ["Content-Type: text/plain"] + shown, body: body).status == 415)
        // Nothing to learn from, nor to keep it in.
        let answer = try guarded.ask("/correct", method: "POST", json + shown, body: body)
        #expect(answer.status == 409 && answer.text.contains("--labels FILE"))
    }

    @Test func everythingElsewhereWantsItsToken() throws {
        let listening = try EventfulListening()
        let refused = try listening.run(["--to", "http://0.0.0.0:0"])
        #expect(refused.status == 64 && refused.standardError.contains("--http-token-file"))
        let short = try listening.folder.write("short", Array("short\n".utf8))
        let bad = try listening.run(["--to", "http://0.0.0.0:0", "--http-token-file", short])
        #expect(bad.status == 65 && bad.standardError.contains(short))
        let file = try listening.folder.write("token", Array("\(Self.token)\n".utf8))
        let page = try PageRun(["--http-token-file", file], place: "0.0.0.0", listening: listening)
        for path in ["/", "/events", "/api/state", "/ws", "/metrics", "/healthz", "/picture.jpg", "/nowhere"] {
            let answer = try page.ask(path)
            #expect(answer.status == 401 && answer.headers["www-authenticate"]?.hasPrefix("Basic") == true)
        }
        let basic = Data(":\(Self.token)".utf8).base64EncodedString()
        let answer = try page.ask("/", ["Authorization: Basic \(basic)"])
        // Browsers take it on loopback and over TLS alone.
        #expect(answer.status == 200 && answer.headers["cross-origin-opener-policy"] == nil)
        #expect(try page.ask("/metrics", ["Authorization: Bearer \(Self.token)"]).status == 200)
        #expect(try page.ask("/", host: "example.org", ["Authorization: Bearer \(Self.token)"]).status == 403)
    }

    @Test func bounds() throws {
        let listening = try EventfulListening()
        let file = try listening.folder.write("token", Array("\(Self.token)\n".utf8))
        let page = try PageRun(["--http-token-file", file], listening: listening)
        let head = "Host: \(page.host)\r\nAuthorization: Bearer \(Self.token)\r\nContent-Type: application/json\r\n"
        func status(_ text: String) throws -> Int? {
            let connection = try page.connect()
            connection.send(text)
            return WebAnswer(connection.readAll(limit: 30))?.status
        }
        #expect(try status("POST /correct HTTP/1.1\r\n\(head)Content-Length: 4097\r\nConnection: close\r\n\r\n") == 413)
        #expect(
            try status("POST /correct HTTP/1.1\r\n\(head)Content-Length: 99999999999999999999\r\n\r\n").map {
                $0 >= 400
            }
                ?? true)
        // A body that says nothing of its length, and is too long; and one that never ends.
        let chunk = "1000\r\n" + String(repeating: "a", count: 0x1000) + "\r\n"
        let chunked = "POST /correct HTTP/1.1\r\n\(head)Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        #expect(try status(chunked + chunk + chunk + "0\r\n\r\n") == 413)
        #expect(try status(chunked + String(repeating: chunk, count: 100)) == nil)
        // A head that has no end.
        let long = "GET / HTTP/1.1\r\nHost: \(page.host)\r\nX: " + String(repeating: "a", count: 100_000) + "\r\n\r\n"
        #expect(try status(long).map { [400, 413, 431].contains($0) } ?? true)
        let many = (0..<5000).map { "X-\($0): y\r\n" }.joined()
        #expect(
            try status("GET / HTTP/1.1\r\nHost: \(page.host)\r\n\(many)\r\n").map { [400, 413, 431].contains($0) }
                ?? true)
        #expect(
            try status("GET /\(String(repeating: "a", count: 60_000)) HTTP/1.1\r\nHost: a\r\n\r\n").map { $0 >= 400 }
                ?? true)
        #expect(try page.ask("/api/state").status == 200)
    }

    /// A thousand requests of every wrong kind: the page still answers, and the stream has said what it says alone.
    @Test func aThousandRequests() throws {
        let alone = try PageRun()
        let page = try PageRun()
        for run in [alone, page] { run.feed(seconds: 1, events: 1) }
        var random = RandomNumbers(seed: 19)
        for number in 0..<1000 {
            let connection = try page.connect()
            connection.send(request(&random, host: page.host))
            switch number % 4 {
            case 0: connection.endSending()
            case 1: connection.read(limit: 0.01) { !$0.isEmpty }
            default: break
            }
        }
        #expect(page.run.isRunning)
        for run in [alone, page] { run.feed(seconds: 2, events: 1) }
        // Not its health, which is a matter of when something was heard last.
        #expect(try page.ask("/api/state").status == 200)
        #expect(alone.finish() == 0 && page.finish() == 0)
        #expect(page.lines.map(withoutClocks) == alone.lines.map(withoutClocks))
        #expect(page.run.standardError.split(separator: "\n").count == 1, "\(page.run.standardError)")
    }

    private func request(_ random: inout RandomNumbers, host: String) -> [UInt8] {
        func pick(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }
        func noise(_ most: Int) -> [UInt8] {
            (0..<Int.random(in: 0...most, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        let method = pick(["GET", "POST", "HEAD", "PUT", "get", "", String(repeating: "G", count: 5000), "\u{0}"])
        let path = pick([
            "/", "/events", "/ws", "/correct", "/api/timeline", "/%00", "/../../../../etc/shadow", "*", "",
            "http://a/b",
            "/" + String(repeating: "%2e%2e/", count: 500), "/?" + String(repeating: "a=b&", count: 3000),
        ])
        let version = pick(["HTTP/1.1", "HTTP/1.0", "HTTP/9.9", "", "HTTP/1.1\r\n "])
        var headers = ["Host: \(pick([host, host, host, "example.org", ""]))"]
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            headers.append(
                pick([
                    "Content-Length: -1", "Content-Length: 5", "Content-Length: 99999999999",
                    "Transfer-Encoding: chunked",
                    "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Expect: 100-continue",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Authorization: Basic ====", "Authorization: Bearer",
                    "Origin: null", ": ", "no colon", "Cookie: \(String(repeating: "c", count: 20_000))",
                    "Content-Type: application/json", " folded", "Range: bytes=0-1,2-3,9-",
                ]))
        }
        var bytes = Array("\(method) \(path) \(version)\r\n\(headers.joined(separator: "\r\n"))\r\n\r\n".utf8)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
        case 1: bytes += noise(3000)
        case 2: bytes = noise(3000)
        case 3: bytes += Array("zzz\r\nno chunk\r\n".utf8)
        default: break
        }
        return bytes
    }

    /// Frames that are none, behind a handshake as it should be.
    @Test func brokenFrames() throws {
        let page = try PageRun()
        var random = RandomNumbers(seed: 6455)
        for number in 0..<100 {
            let socket = try page.openSocket()
            #expect(socket.read { String(decoding: $0, as: UTF8.self).contains("\r\n\r\n") })
            switch number % 4 {
            case 0: socket.send((0..<500).map { _ in UInt8.random(in: 0...255, using: &random) })
            case 1: socket.send([0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f])
            case 2: socket.send([0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])
            default: socket.send([0x88, 0x80, 0, 0, 0])
            }
            guard number % 4 == 1 else { continue }
            // Told why, and left.
            socket.clear()
            let farewell = socket.readAll()
            #expect(farewell.suffix(4) == [0x88, 0x02, 0x03, 0xea])
        }
        page.feed(seconds: 1, events: 1)
        #expect(try page.ask("/api/state").status == 200)
        #expect(page.finish() == 0)
    }

    /// One that takes nothing, breaks the protocol and goes on sending until it is left.
    @Test func nothingIsKeptBehindABrokenFrame() throws {
        let page = try PageRun()
        func resident() throws -> Int {
            let match = try page.ask("/api/state").text.firstMatch(of: /"resident_bytes":([0-9]+)/)
            return try #require(match.flatMap { Int($0.output.1) })
        }
        let socket = try page.openSocket(receiveBuffer: 4096)
        // Answers that it doesn't take, so that the farewell can't be sent.
        let ping: [UInt8] = [0x89, 0x80 | 125, 0, 0, 0, 0] + [UInt8](repeating: 0x78, count: 125)
        socket.send(Array(repeating: ping, count: 4000).joined())
        let before = try resident()
        socket.send([0xff, 0xff])
        let more = [UInt8](repeating: 0, count: 1 << 20)
        for _ in 0..<32 {
            socket.send(more)
            let now = try resident()
            #expect(now - before < 16 << 20)
            if now - before >= 16 << 20 { break }
        }
        #expect(page.finish() == 0)
    }
}
