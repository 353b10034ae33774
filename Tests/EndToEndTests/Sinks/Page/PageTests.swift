import Foundation
import TacitTestSupport
import Testing

/// `--to http://`, as a browser and programs find it.
@Suite(.enabled(if: PageRun.isPossible, "libmicrohttpd is not installed"))
struct PageTests {
    @Test func thePageIsWhatStandsInTheSources() throws {
        let page = try PageRun()
        let scripts = ["state", "labels", "events", "timeline", "corrections", "page"]
        var bytes = 0
        for (path, name, type) in [
            ("/", "page.html", "text/html"), ("/page.css", "page.css", "text/css"),
        ] + scripts.map({ ("/\($0).js", "\($0).js", "text/javascript") }) {
            let answer = try page.ask(path)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"]?.hasPrefix(type) == true)
            let source = TestPaths.package.appendingPathComponent("Sources/Sinks/Page/Files/\(name)")
            #expect(try answer.body == Array(Data(contentsOf: source)))
            #expect(
                answer.headers["content-security-policy"]?.hasPrefix("default-src 'none'; script-src 'self'") == true)
            #expect(answer.headers["cache-control"] == "no-store")
            #expect(answer.headers["cross-origin-opener-policy"] == "same-origin")
            bytes += answer.body.count
            // Nothing is asked for elsewhere.
            #expect(!answer.text.contains("://"))
            let head = try page.ask(path, method: "HEAD")
            #expect(head.status == 200 && head.body.isEmpty)
        }
        #expect(bytes < 60_000)
        #expect(try page.ask("/favicon.ico").status == 204)
    }

    @Test func howItStands() throws {
        let page = try PageRun(["--name", "a \"board\""])
        #expect(try page.ask("/healthz").status == 503)
        page.feed(seconds: 4, events: 6)
        let health = try page.ask("/healthz")
        #expect(health.status == 200 && health.text.hasPrefix(#"{"ok":true,"#))
        struct State: Decodable {
            struct Label: Decodable {
                var label: String
                var threshold: Float
                var score: Float
            }
            var input: String
            var sense: String
            var heardSeconds: Double
            var readings: Int
            var levelDb: Float?
            var labels: [Label]
            var corrections: Bool
            var ok: Bool
            var clipAfterSeconds: Double
            var clipLongestSeconds: Double
        }
        let state = try JSONDecoder.snakeCase.decode(State.self, from: Data(try page.ask("/api/state").body))
        #expect(
            state.input == "a \"board\"" && state.sense == "sound" && state.ok && !state.corrections
                && state.clipAfterSeconds == 0 && state.clipLongestSeconds == 0)
        #expect(state.labels.count == 5 && state.labels.allSatisfy { $0.threshold == 0.3 })
        #expect(state.heardSeconds > 0 && state.readings > 0 && state.levelDb.map { $0 < 0 && $0 > -60 } == true)
        _ = try eventsOnTheTimeline(of: page)
        #expect(page.finish() == 0)
    }

    /// Events as their lines, of which the page may be told a moment after standard output.
    private func eventsOnTheTimeline(of page: PageRun) throws -> [String] {
        let told = page.lines.filter { $0.contains(#""type":"event""#) }
        #expect(!told.isEmpty)
        #expect(
            try waitUntil {
                let timeline = try page.ask("/api/timeline").text
                return told.allSatisfy { timeline.contains($0) }
            })
        return told
    }

    /// A day passes also while nothing happens.
    @Test func aTimelineForgetsWhatIsOlderThanADay() throws {
        let listening = try EventfulListening()
        let shift = try listening.folder.write("shift", [UInt8](repeating: 0, count: 8))
        let page = try PageRun(
            listening: listening,
            environment: ["LD_PRELOAD": try PreloadedLibrary.clock.path, "CLOCK_SHIFT": shift])
        page.feed(seconds: 4, events: 6)
        let told = try eventsOnTheTimeline(of: page)
        let file = open(shift, O_WRONLY)
        defer { close(file) }
        var seconds: Int64 = 2 * 86_400
        #expect(pwrite(file, &seconds, 8, 0) == 8)
        // What was still on its way goes by the clock before.
        #expect(page.feedInStep(seconds: 2))
        #expect(
            try waitUntil {
                let timeline = try page.ask("/api/timeline").text
                return !told.contains { timeline.contains($0) }
            })
        #expect(page.finish() == 0)
    }

    /// What Prometheus reads says the same as the lines.
    @Test func metrics() throws {
        let page = try PageRun()
        page.feed(seconds: 6, events: 6)
        // Until it has heard all but what is less than a stride.
        var text = ""
        let heard = /\ntacit_heard_seconds_total ([0-9.]+)\n/
        let isDone = try waitUntil {
            text = try page.ask("/metrics").text
            return text.firstMatch(of: heard).flatMap { Double($0.output.1) }.map { $0 > 5.9 } == true
        }
        #expect(isDone)
        var values: [String: Double] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let place = try #require(line.lastIndex(of: " "))
            let value = try #require(Double(line[line.index(after: place)...]))
            #expect(values.updateValue(value, forKey: String(line[..<place])) == nil, "twice: \(line)")
        }
        #expect(values["tacit_heard_seconds_total"].map { abs($0 - 6) < 0.1 } == true)
        let told = try page.ask("/api/timeline").text
        for state in ["on", "off"] {
            let count = (0..<5).reduce(0.0) {
                $0 + (values["tacit_events_total{label=\"label 0\($1)\",state=\"\(state)\"}"] ?? .nan)
            }
            #expect(count > 0 && Int(count) == told.components(separatedBy: "\"state\":\"\(state)\"").count - 1)
        }
        #expect(values["tacit_inference_seconds_count"] == values["tacit_readings_total"])
        #expect(values["tacit_inference_seconds_bucket{le=\"+Inf\"}"] == values["tacit_readings_total"])
        #expect((values["tacit_inference_seconds_sum"] ?? 0) > 0)
        for reason in ["overrun", "lost", "output"] {
            #expect(values["tacit_lost_seconds_total{reason=\"\(reason)\"}"] == 0)
        }
        for sink in ["mqtt", "exec", "clips", "lines", "http"] {
            #expect(values["tacit_queue_losses_total{sink=\"\(sink)\"}"] == 0)
        }
        #expect(values["tacit_source_restarts_total"] == 0)
        #expect(page.finish() == 0)
    }

    /// Each line once and in order, the last `off` with them, by server-sent events and over a WebSocket.
    @Test(arguments: [nil, SIGTERM])
    func lines(signal: Int32?) throws {
        let page = try PageRun()
        // Both seconds at once are fewer bytes than a reader may be behind: the input passes as fast as it can be
        // labelled.
        page.feed(seconds: 1, events: 1)
        let events = try page.follow()
        let socket = try page.openSocket(connection: "keep-alive, Upgrade")
        #expect(socket.read { String(decoding: $0, as: UTF8.self).contains("\r\n\r\n") })
        #expect(String(decoding: socket.received, as: UTF8.self).contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
        #expect(waitUntil { (try? page.ask("/api/state").text.contains("\"readers\":2")) == true })
        page.feed(seconds: 1, events: 1)
        if let signal {
            // Wherever the stream is by then, both have been told some of it.
            for reader in [events, socket] {
                #expect(
                    reader.read { String(decoding: $0, as: UTF8.self).components(separatedBy: #""type":"#).count > 21 })
            }
            page.run.send(signal: signal)
        } else {
            page.endInput()
        }
        #expect(page.readToEnd(with: [events, socket]) == 0)
        try expectPairs(page.lines)
        // Both are told to their end, and that it is one.
        #expect(events.readAll().suffix(5) == Array("0\r\n\r\n".utf8)[...], "\(events.received.count) bytes")
        #expect(socket.readAll().suffix(4) == [0x88, 0x02, 0x03, 0xe9], "\(socket.received.count) bytes")
        let ids = eventIDs(page.lines)
        for told in [eventStreamLines(events.received), frames(socket.received)] {
            #expect(told.count > 20)
            let toldIDs = eventIDs(told)
            #expect(!toldIDs.isEmpty && toldIDs == Array(ids.suffix(toldIDs.count)), "\(told.count) lines")
        }
    }

    /// The texts of a server's frames, behind the handshake.
    private func frames(_ bytes: [UInt8]) -> [String] {
        let head = Array("\r\n\r\n".utf8)
        guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: head) }) else { return [] }
        var rest = bytes[(start + 4)...]
        var texts: [String] = []
        while rest.count >= 2 {
            let kind = rest[rest.startIndex] & 15
            var count = Int(rest[rest.startIndex + 1])
            rest = rest.dropFirst(2)
            if count == 126 {
                count = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
                rest = rest.dropFirst(2)
            }
            if kind == 1 { texts.append(String(decoding: rest.prefix(count), as: UTF8.self)) }
            rest = rest.dropFirst(count)
        }
        return texts
    }
}
