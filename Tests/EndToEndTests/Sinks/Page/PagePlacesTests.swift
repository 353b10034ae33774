import Foundation
import TacitTestSupport
import Testing

/// A page's connections, which are only so many: nobody keeps them all.
@Suite(.enabled(if: PageRun.isPossible, "libmicrohttpd is not installed"), .serialized)
struct PagePlacesTests {
    private static let token = "a token of these tests"

    private func isAnswered(_ connection: LoopbackConnection) -> Bool {
        connection.readWhatIsThere()
        return WebAnswer(connection.received)?.status == 200
    }

    private func isOpen(_ connection: LoopbackConnection) -> Bool {
        var byte: UInt8 = 0
        let count = recv(connection.descriptor, &byte, 1, Int32(MSG_DONTWAIT) | Int32(MSG_PEEK))
        return count < 0 && errno == EAGAIN
    }

    /// More requests than there are places for, none of which ever comes to its end, though something comes of each all
    /// the time: of some the head, of some the body.
    @Test func slowRequestsGoAway() throws {
        let page = try PageRun()
        let slow = try (0..<260).map { number in
            let connection = try page.connect()
            connection.send(
                number % 2 == 0
                    ? "GET / HTTP/1.1\r\nX-A: "
                    : "GET / HTTP/1.1\r\nHost: \(page.host)\r\nContent-Length: 4000\r\n\r\n")
            return connection
        }
        let whole = try page.connect()
        whole.send("GET /api/state HTTP/1.1\r\nHost: \(page.host)\r\nConnection: close\r\n\r\n")
        let isSo = waitUntil(pause: 200_000) {
            for connection in slow { connection.send("a") }
            return isAnswered(whole)
        }
        #expect(isSo, "no answer among slow requests")
        #expect(page.finish() == 0)
    }

    /// Where others may come, there is room for them beside one that takes what it gets.
    @Test func oneAddressDoesNotTakeAll() throws {
        let listening = try EventfulListening()
        let file = try listening.folder.write("token", Array("\(Self.token)\n".utf8))
        let page = try PageRun(["--http-token-file", file], place: "0.0.0.0", listening: listening)
        let greedy = try (0..<260).map { _ in
            let connection = try page.connect()
            connection.send("GET / HTTP/1.1\r\nX-A: ")
            return connection
        }
        // What is too much is closed, while the first ones are waited for.
        let surplus = try #require(greedy.last)
        #expect(surplus.readAll().isEmpty)
        #expect(isOpen(greedy[0]))
        let other = try LoopbackConnection(port: page.port, host: 2)
        other.send(
            "GET /api/state HTTP/1.1\r\nHost: \(page.host)\r\nAuthorization: Bearer \(Self.token)\r\n"
                + "Connection: close\r\n\r\n")
        #expect(waitUntil { isAnswered(other) })
        #expect(isOpen(greedy[0]))
        withExtendedLifetime(greedy) {}
        #expect(page.finish() == 0)
    }
}
