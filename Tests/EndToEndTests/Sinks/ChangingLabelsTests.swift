import Foundation
import TacitTestSupport
import Testing

/// Labels that are taught, forgotten and renamed while a stream runs: in force at once, in everything that is told of
/// it.
@Suite struct ChangingLabelsTests {
    private let listening: EventfulListening
    private let labels: String
    private var folder: TemporaryFolder { listening.folder }

    init() throws {
        listening = try EventfulListening()
        labels = listening.folder.path("my.labels")
        try learn(["one", listening.sound])
    }

    private func learn(_ arguments: [String]) throws {
        let outcome = try Executable.tacit.run(["learn", listening.model.path] + arguments + ["--labels", labels])
        try #require(outcome.status == 0, "\(outcome.standardError)")
    }

    /// Feeds a stream and reads on to a line that has those labels and lacks these.
    private func expect(_ page: PageRun, has: [String], lacks: [String] = []) throws {
        page.feed(seconds: 1)
        var last = ""
        while let line = page.readLine() {
            guard isOfLabels(line) else { continue }
            last = line
            guard has.allSatisfy({ line.contains(#""label":"\#($0)""#) }),
                !lacks.contains(where: { line.contains(#""label":"\#($0)""#) })
            else { continue }
            let result = try #require(try ResultLine.lines([line]).first)
            // As many logits as labels: nothing is left of those that are gone.
            #expect(result.logits?.count == result.labels?.count)
            return
        }
        Issue.record("expected \(has) without \(lacks): \(last)")
    }

    @Test(.enabled(if: PageRun.isPossible, "libmicrohttpd is not installed"))
    func inEverySink() throws {
        let script = try listening.script("seen.sh", "echo \"$TACIT_LABEL\" >> \(folder.path("seen"))")
        let page = try PageRun(
            [
                "--labels", labels, "--top", "0", "--logits", "--to", "jsonl:\(folder.path("lines.jsonl"))",
                "--to", "clips:\(folder.path("clips"))", "--clip-reserve", "0", "--clip-before", "0.1", "--clip-after",
                "0.1",
                "--to", "exec:\(script)",
            ], listening: listening)
        try expect(page, has: ["one"], lacks: ["two"])
        try learn(["two", listening.sound])
        #expect(waitUntil { page.run.standardError.contains("labels were taught anew; new: two") })
        try expect(page, has: ["one", "two"])
        var state = try page.ask("/api/state").text
        #expect(state.contains(#""label":"two""#) && state.contains(#""label":"one""#))
        try learn(["--forget", "one"])
        #expect(waitUntil { page.run.standardError.contains("no more: one") })
        try expect(page, has: ["two"], lacks: ["one"])
        state = try page.ask("/api/state").text
        #expect(state.contains(#""label":"two""#) && !state.contains(#""label":"one""#))
        try learn(["--rename", "two", "three"])
        #expect(waitUntil { page.run.standardError.contains("new: three; no more: two") })
        try expect(page, has: ["three"], lacks: ["one", "two"])
        // Back again, at its old place.
        try learn(["one", listening.sound])
        try expect(page, has: ["three", "one"], lacks: ["two"])
        let metrics = try page.ask("/metrics").text
        #expect(
            metrics.contains(#"label="three""#) && metrics.contains(#"label="one""#)
                && !metrics.contains(#"label="two""#))
        // What was said of a label that is gone still has its name.
        let timeline = try page.ask("/api/timeline").text
        #expect(page.finish() == 0)
        try expectPairs(page.lines)
        try expectPairs(try listening.lines("lines.jsonl"))
        let told = eventNames(page.lines)
        #expect(try told == eventNames(listening.lines("lines.jsonl")))
        #expect(eventNames([timeline.replacingOccurrences(of: "},{", with: "}\n{")]).isSubset(of: told))
        for name in ["one", "two", "three"] { #expect(told.contains(name), "no event of \(name)") }
        #expect(try Set(listening.lines("seen")) == told)
        let clips = try FileManager.default.contentsOfDirectory(atPath: folder.path("clips"))
        for clip in clips where clip.hasSuffix(".json") {
            let text = try String(contentsOfFile: folder.path("clips") + "/" + clip, encoding: .utf8)
            let label = try #require(text.firstMatch(of: /"label":"([^"]*)"/)).output.1
            #expect(clip.contains(label.replacing(" ", with: "_")), "\(clip): \(label)")
        }
        #expect(clips.contains { $0.contains("three") })
    }

    /// What is taught while the source is waited for is there from the first reading.
    @Test func beforeTheFirstSample() throws {
        let (started, go) = (folder.path("started"), folder.path("go"))
        let sound = try folder.write("sound.raw", Sounds.raw(Sounds.glide(samples: 2 * listening.rate)))
        let script = try listening.script(
            "late.sh",
            "touch \(started); while [ ! -e \(go) ]; do sleep 0.02; done; while cat \(sound); do sleep 0.1; done")
        let run = try LiveRun(
            .tacit,
            [
                "listen", listening.model.path, "--command", script, "--raw", "--json", "--top", "0", "--hop",
                "\(listening.stride)", "--labels", labels,
            ])
        #expect(waitUntil { FileManager.default.fileExists(atPath: started) })
        try learn(["two", listening.sound])
        _ = try folder.write("go", [])
        var line = run.readLine()
        while let other = line, !isOfLabels(other) { line = run.readLine() }
        // The change may be noticed a little later, which is many steps of a sound that comes at once.
        for _ in 0..<200_000 where line?.contains(#""label":"two""#) == false { line = run.readLine() }
        #expect(line?.contains(#""label":"two""#) == true, "\(line ?? "nothing")")
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
    }

    /// A broker that is not there yet, or away, is told of them when it is.
    @Test(.enabled(if: Mosquitto.isThere && PageRun.isPossible, "Mosquitto or libmicrohttpd is not installed"))
    func withoutABroker() throws {
        let broker = try Mosquitto()
        let page = try PageRun(
            ["--labels", labels, "--name", "ear", "--to", "mqtt://\(broker.address)/here", "--realtime"],
            listening: listening)
        /// The stream goes by it, whoever is told.
        func expectState(with label: String) throws {
            let isThere = try waitUntil {
                page.feed(seconds: 0.05)
                return try page.ask("/api/state").text.contains(#""label":"\#(label)""#)
            }
            #expect(isThere, "no \(label)")
        }
        func expectDevice(with label: String) throws {
            let isThere = try waitUntil {
                page.feed(seconds: 0.05)
                return try broker.retained().contains {
                    $0.contains(#""label_\#(label)":{"p":"binary_sensor","unique_id""#)
                }
            }
            #expect(isThere, "no \(label)")
        }
        try learn(["two", listening.sound])
        try expectState(with: "two")
        try broker.start()
        try expectDevice(with: "two")
        broker.stop()
        try learn(["three", listening.sound])
        try expectState(with: "three")
        try broker.start()
        try expectDevice(with: "three")
        #expect(page.finish() == 0)
        try expectPairs(page.lines)
    }

    private func eventNames(_ lines: [String]) -> Set<String> {
        Set(
            lines.flatMap { $0.split(separator: "\n") }.compactMap {
                $0.firstMatch(of: /"type":"event","state":"[a-z]*","label":"([^"]*)"/).map { String($0.output.1) }
            })
    }

    @Test(.enabled(if: Mosquitto.isThere && PageRun.isPossible, "Mosquitto or libmicrohttpd is not installed"))
    func atABroker() throws {
        let broker = try Mosquitto()
        try broker.start()
        let listener = try broker.listener()
        let messages = MQTTMessages()
        let page = try PageRun(
            ["--labels", labels, "--name", "ear", "--to", "mqtt://\(broker.address)/here"], listening: listening)
        func config(_ isIt: (String) -> Bool) -> Bool {
            page.feed(seconds: 1, events: 1)
            return messages.read(listener) { $0.topic == "homeassistant/device/here_ear/config" && isIt($0.payload) }
        }
        func state(_ label: String, _ payloads: Set<String>) -> Bool {
            messages.read(listener) { $0.topic == "here/ear/label/\(label)" && payloads.contains($0.payload) }
        }
        #expect(config { $0.contains(#""label_one":{"p":"binary_sensor","unique_id""#) })
        try learn(["two", listening.sound])
        #expect(config { $0.contains(#""label_two":{"p":"binary_sensor","unique_id":"here_ear_label_two""#) })
        #expect(state("two", ["ON", "OFF"]))
        try learn(["--forget", "two"])
        // Home Assistant takes an entity away that has nothing but its platform, and nothing of it is kept.
        #expect(config { $0.contains(#""label_two":{"p":"binary_sensor"}"#) })
        #expect(state("two", [""]))
        #expect(page.finish() == 0)
        try expectPairs(page.lines)
        let kept = try broker.retained()
        #expect(kept.contains("here/ear/label/one OFF"), "\(kept)")
        #expect(!kept.contains { $0.hasPrefix("here/ear/label/two") }, "\(kept)")
    }

    /// What is forgotten while nothing runs is told to be gone by the next run.
    @Test(.enabled(if: Mosquitto.isThere, "Mosquitto is not installed"), arguments: [true, false])
    func betweenTwoRuns(hasDiscovery: Bool) throws {
        let broker = try Mosquitto()
        try broker.start()
        // Of others, and of nobody who writes such topics.
        let foreign = ["here/other/label/two", "here/ear/label/A B", "here/ear/label/two/state", "here/ear/labels/two"]
        for topic in foreign { try broker.publish(topic, "x", retained: true) }
        func run() throws {
            let outcome = try listening.run(
                ["--labels", labels, "--name", "ear", "--to", "mqtt://\(broker.address)/here"]
                    + (hasDiscovery ? [] : ["--mqtt-discovery", "off"]))
            try #require(outcome.status == 0, "\(outcome.standardError)")
        }
        try learn(["two", listening.sound])
        try run()
        #expect(try broker.retained().contains("here/ear/label/two OFF"))
        try learn(["--forget", "two"])
        try run()
        let kept = try broker.retained()
        #expect(!kept.contains { $0.hasPrefix("here/ear/label/two ") }, "\(kept)")
        #expect(kept.contains("here/ear/label/one OFF"), "\(kept)")
        for topic in foreign { #expect(kept.contains("\(topic) x"), "\(kept)") }
        let config = kept.first { $0.hasPrefix("homeassistant/device/here_ear/config ") }
        #expect((config != nil) == hasDiscovery)
        if let config { #expect(config.contains(#""label_two":{"p":"binary_sensor"}"#), "\(config)") }
        // And no more after that.
        try run()
        #expect(try !broker.retained().contains { $0.contains("label_two") })
    }
}
