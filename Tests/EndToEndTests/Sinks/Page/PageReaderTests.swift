import Foundation
import TacitTestSupport
import Testing

/// Many readers of a page, and such as don't read.
@Suite(.enabled(if: PageRun.isPossible, "libmicrohttpd is not installed"), .serialized)
struct PageReaderTests {
    /// Two hundred at once are told everything, and the stream says what it says alone.
    @Test func twoHundredAtOnce() throws {
        let alone = try PageRun()
        let page = try PageRun()
        for run in [alone, page] { run.feed(seconds: 1, events: 1) }
        let readers = try (0..<200).map { _ in try page.follow() }
        #expect(try page.ask("/api/state").text.contains("\"readers\":200"))
        for run in [alone, page] { run.feed(seconds: 4, events: 4) }
        page.run.send(signal: SIGTERM)
        while page.readLine() != nil {}
        #expect(page.run.finish() == 0)
        #expect(alone.finish() == 0)
        let events = page.lines.filter { $0.contains(#""type":"event""#) }
        // As far as it came before the signal.
        let expected = alone.lines.map(withoutClocks)
        let said = page.lines.map(withoutClocks)
        let common = zip(said, expected).prefix { $0 == $1 }.count
        #expect(common > 40)
        for reader in readers {
            let told = eventStreamLines(reader.readAll()).filter { $0.contains(#""type":"event""#) }
            #expect(!told.isEmpty && told == Array(events.suffix(told.count)))
        }
    }

    /// One that doesn't read is left and counted; the stream and the other readers don't wait for it.
    @Test func oneThatDoesNotRead() throws {
        // Long lines, so that they fill whatever lies between.
        let page = try PageRun(["--top", "0", "--logits"])
        let stuck = try page.follow(receiveBuffer: 4096)
        let metric = /tacit_queue_losses_total\{sink="http"\} ([0-9]+)/
        func left() throws -> Int {
            try page.ask("/metrics").text.firstMatch(of: metric).flatMap { Int($0.output.1) } ?? -1
        }
        #expect(try left() == 0)
        var seconds = 0
        while try left() == 0, seconds < 6000 {
            try #require(page.feedInStep(seconds: 20))
            seconds += 20
        }
        #expect(try left() == 1)
        withExtendedLifetime(stuck) {}
        #expect(try page.ask("/api/state").text.contains("\"readers\":0"))
        let reader = try page.follow()
        #expect(page.feedInStep(seconds: 2))
        #expect(page.finish() == 0)
        #expect(eventStreamLines(reader.readAll()).count > 20)
        #expect(!page.run.standardError.contains("lost"))
    }

    /// The library ends a WebSocket's connection under a lock of its own, which waking a reader wants as well.
    @Test func webSocketsThatComeAndGoBesideAReader() throws {
        let page = try PageRun()
        let reader = try page.follow()
        for _ in 0..<200 {
            let socket = try page.openSocket()
            #expect(socket.read { String(decoding: $0, as: UTF8.self).contains("\r\n\r\n") })
            // It goes while lines come.
            socket.endSending()
            try #require(page.feedInStep(seconds: 0.1))
            reader.readWhatIsThere()
        }
        page.endInput()
        #expect(page.readToEnd(with: [reader]) == 0)
        let told = eventIDs(eventStreamLines(reader.readAll()))
        #expect(!told.isEmpty && told == Array(eventIDs(page.lines).suffix(told.count)))
    }
}
