import Foundation
import TacitTestSupport
import Testing

/// `--to mqtt://`, against a real Mosquitto.
@Suite(.enabled(if: Mosquitto.isThere, "Mosquitto is not installed"))
struct MQTTSinkTests {
    private let listening: EventfulListening
    private var folder: TemporaryFolder { listening.folder }

    init() throws { listening = try EventfulListening() }

    private func sink(_ broker: Mosquitto) -> [String] { ["--to", "mqtt://\(broker.address)/here"] }

    private func isFarewell(_ message: MQTTMessages.Message) -> Bool {
        message.topic == "here/available" && message.payload == "offline"
    }

    @Test func everythingInItsTopic() throws {
        let broker = try Mosquitto()
        try broker.start()
        let listener = try broker.listener()
        let outcome = try listening.run(sink(broker) + ["--to", "stdout", "--name", "Back Yard"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let messages = MQTTMessages()
        #expect(messages.read(listener, until: isFarewell))
        let events = outcome.outputLines.filter { $0.contains(#""type":"event""#) }
        // The line, with its state said a second time.
        let expected = events.map { line in
            let state = line.contains(#""state":"on""#) ? "on" : "off"
            return line.dropLast() + ",\"event_type\":\"\(state)\"}"
        }
        let device = "here/back_yard"
        #expect(messages.payloads("\(device)/event") == expected.map { String($0) })
        #expect(events.allSatisfy { $0.contains(#""source":"Back Yard""#) })
        for (index, label) in (0..<5).map({ ($0, "label 0\($0)") }) {
            let own = events.filter { $0.contains("\"label\":\"\(label)\"") }
            let states = own.map { $0.contains(#""state":"on""#) ? "ON" : "OFF" }
            #expect(messages.payloads("\(device)/label/label_0\(index)").map { $0.uppercased() } == ["OFF"] + states)
            #expect(
                messages.payloads("\(device)/last").filter { $0 == label }.count == states.filter { $0 == "ON" }.count)
        }
        #expect(messages.payloads("here/available") == ["online", "offline"])
        #expect(messages.payloads("\(device)/available").last == "offline")
        #expect(messages.payloads("\(device)/available").contains("online"))
        #expect(messages.payloads("\(device)/lost") == ["0.000"])
        #expect(messages.payloads("\(device)/level").allSatisfy { Double($0).map { $0 < 0 && $0 > -60 } ?? false })
        // Whoever comes later is told how it stands, and of no event that is over.
        let later = try LiveRun(
            Executable(path: "/usr/bin/mosquitto_sub"),
            ["-h", "127.0.0.1", "-p", "\(broker.port)", "-t", "#", "-F", "%r %t %p", "--retained-only", "-W", "2"])
        let kept = MQTTMessages()
        _ = kept.read(later) { _ in false }
        #expect(kept.payloads("\(device)/event").isEmpty)
        #expect(kept.payloads("here/available") == ["offline"] && kept.payloads("\(device)/available") == ["offline"])
        #expect((0..<5).allSatisfy { kept.payloads("\(device)/label/label_0\($0)") == ["OFF"] })
        #expect(kept.payloads("homeassistant/device/here_back_yard/config").count == 1)
    }

    @Test func noDiscoveryWhereNoneIsWanted() throws {
        let broker = try Mosquitto()
        try broker.start()
        let listener = try broker.listener()
        #expect(try listening.run(sink(broker) + ["--mqtt-discovery", "off"]).status == 0)
        let messages = MQTTMessages()
        #expect(messages.read(listener, until: isFarewell))
        #expect(!messages.all.contains { $0.topic.hasPrefix("homeassistant") })
    }

    /// Reads on until so many more events have come.
    private func readEvents(_ count: Int, of run: LiveRun, into lines: inout [String]) {
        var found = 0
        while found < count, let line = run.readLine() {
            lines.append(line)
            if line.contains(#""type":"event""#) { found += 1 }
        }
    }

    /// The names of events that a listener was told, once each.
    private func ids(_ messages: MQTTMessages) -> Set<String> {
        Set(eventIDs(messages.all.filter { $0.topic.hasSuffix("/event") }.map(\.payload)))
    }

    /// A broker that is not there at the start, and comes while the stream goes on.
    @Test func aBrokerThatComesLater() throws {
        let broker = try Mosquitto()
        let run = try LiveRun(.tacit, listening.arguments(sink(broker) + ["--realtime", "--to", "stdout"]))
        var lines: [String] = []
        readEvents(5, of: run, into: &lines)
        try broker.start()
        let listener = try broker.listener()
        let messages = MQTTMessages()
        #expect(messages.read(listener, until: isFarewell))
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0)
        #expect(run.standardError.contains("Connection refused"))
        #expect(ids(messages) == Set(eventIDs(lines)))
        #expect(try messages.payloads("here/a_wav/last").last == last(lines))
    }

    /// Killed in the midst and started again: every event arrives all the same, and what is on and off is true in the
    /// end.
    @Test func aBrokerThatIsKilledAndComesBack() throws {
        let long = try EventfulListening(seconds: 16)
        let broker = try Mosquitto("allow_anonymous true", isLasting: true)
        try broker.start()
        let messages = MQTTMessages()
        let listener = try broker.listener(["-c", "-i", "listener"])
        // Whom it does not know any more it keeps nothing for, until they ask again.
        try broker.save()
        let run = try LiveRun(.tacit, long.arguments(sink(broker) + ["--realtime", "--to", "stdout"]))
        #expect(messages.read(listener) { $0.topic.hasSuffix("/event") })
        // What it had acknowledged it has passed on, when it is killed.
        broker.send(signal: SIGSTOP)
        var lines: [String] = []
        // More than may be on their way at once, so that some of what is said of an event is and some is not.
        readEvents(40, of: run, into: &lines)
        broker.stop()
        readEvents(10, of: run, into: &lines)
        try broker.start()
        #expect(messages.read(listener, until: isFarewell))
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0)
        #expect(ids(messages) == Set(eventIDs(lines)))
        #expect(messages.payloads("here/a_wav/dropped").allSatisfy { $0 == "0" })
        for label in 0..<5 { #expect(messages.payloads("here/a_wav/label/label_0\(label)").last == "OFF") }
        #expect(try messages.payloads("here/a_wav/last").last == last(lines))
    }

    /// The label that turned on last, of lines of JSON.
    private func last(_ lines: [String]) throws -> String? {
        let on = lines.last { $0.contains(#""type":"event""#) && $0.contains(#""state":"on""#) }
        return try #require(on).firstMatch(of: /"label":"([^"]*)"/).map { String($0.output.1) }
    }

    /// Prefixes that look alike as identifiers are two devices for Home Assistant.
    @Test func identifiersOfPrefixesThatLookAlike() throws {
        let broker = try Mosquitto()
        try broker.start()
        let prefixes = ["дом/кухня", "дача/спальня", "a_b/c", "a/b_c", "a/b/c", "A/c", "a/c"]
        let listener = try broker.listener()
        for prefix in prefixes {
            #expect(try listening.run(["--to", "mqtt://\(broker.address)/\(prefix)", "--name", "mic"]).status == 0)
        }
        let messages = MQTTMessages()
        func configs() -> Set<String> {
            Set(messages.all.map(\.topic).filter { $0.hasPrefix("homeassistant/device/") })
        }
        #expect(messages.read(listener) { _ in configs().count == prefixes.count })
        #expect(configs().contains("homeassistant/device/a_c_mic/config"))
    }

    /// What is wrong on this side is said of the file that it is wrong in.
    @Test(arguments: ["--mqtt-ca-file", "--mqtt-cert-file", "--mqtt-key-file"])
    func certificatesThatAreNone(option: String) throws {
        let begun = try folder.write("begun.pem", "-----BEGIN CERTIFICATE-----\n".utf8)
        let none = try folder.write("none.pem", "no certificate\n".utf8)
        for (path, status) in [(none, Int32(65)), (folder.path("nowhere.pem"), 66), (folder.path, 66)] {
            var flags = option == "--mqtt-ca-file" ? [] : ["--mqtt-cert-file", begun, "--mqtt-key-file", begun]
            if let place = flags.firstIndex(of: option) { flags[place + 1] = path } else { flags = [option, path] }
            let outcome = try listening.run(["--to", "mqtts://127.0.0.1:1/a"] + flags)
            #expect(outcome.status == status && outcome.output.isEmpty, "\(path)")
            #expect(
                outcome.errorLines.count == 1 && outcome.standardError.contains("\(path): "), "\(outcome.standardError)"
            )
        }
    }

    /// Who sends everybody away again is not asked faster than who is away.
    @Test func aBrokerThatTakesNoLongMessage() throws {
        let broker = try Mosquitto("allow_anonymous true\nmax_packet_size 300\nlog_type notice\nlog_dest stderr")
        try broker.start()
        let run = try LiveRun(.tacit, listening.arguments(sink(broker) + ["--realtime", "--to", "stdout"]))
        while run.readLine() != nil {}
        #expect(run.finish() == 0)
        #expect(run.standardError.contains("could not be delivered"))
        // After 1, 2, 4, ... seconds, and for ten seconds at the end twice a second; in the midst it had been ten times
        // a second.
        let asked = broker.standardError.split(separator: "\n").count { $0.contains("New client connected") }
        #expect((1...40).contains(asked), "\(broker.standardError)")
    }

    /// A wish to stop that comes while the last messages are on their way.
    @Test func theEndIsNotWaitedFor() throws {
        let broker = try Mosquitto()
        try broker.start()
        // So few lines that a pipe holds them all: of what is read too slowly a live stream leaves some out.
        let short = ["--top", "1", "--hop", "\(16 * listening.stride)"]
        let whole = try listening.run(short)
        try #require(whole.standardOutput.utf8.count < 60_000)
        let lines = whole.outputLines.count
        // Before the stream begins: one that came later may hear of no event but the last.
        let listener = try broker.listener()
        let run = try LiveRun(.tacit, listening.arguments(sink(broker) + short + ["--realtime", "--to", "stdout"]))
        let messages = MQTTMessages()
        #expect(messages.read(listener) { $0.topic.hasSuffix("/event") })
        broker.send(signal: SIGSTOP)
        // Once all is said, its sound is over or about to be: the broker takes nothing either way.
        for _ in 0..<lines { #expect(run.readLine() != nil) }
        run.send(signal: SIGTERM)
        while run.readLine() != nil {}
        #expect(run.finish() == 0)
        #expect(run.standardError.contains("messages could not be delivered"), "\(run.standardError)")
        broker.send(signal: SIGCONT)
    }

    /// Something else than a broker listens there, and waits for more to come.
    @Test func whatIsNoBroker() throws {
        let port = try LoopbackPort.unused()
        // It is there for longer than a broker is waited for.
        let listening = try EventfulListening(seconds: 60)
        let page = try LiveRun(
            .tacit, listening.arguments(["--realtime", "--to", "http://127.0.0.1:\(port)", "--to", "stdout"]))
        #expect(page.readLine() != nil)
        let outcome = try listening.run(["--to", "mqtt://127.0.0.1:\(port)/a", "--require-sinks"])
        page.send(signal: SIGTERM)
        #expect(page.finish() == 0)
        #expect(
            outcome.status == 73 && outcome.standardError.contains("gave no broker's answer"),
            "\(outcome.standardError)")
    }

    /// A broker that stands still for a while costs nothing.
    @Test func aBrokerThatStandsStill() throws {
        let broker = try Mosquitto()
        try broker.start()
        let messages = MQTTMessages()
        let listener = try broker.listener()
        let run = try LiveRun(.tacit, listening.arguments(sink(broker) + ["--realtime", "--to", "stdout"]))
        #expect(messages.read(listener) { $0.topic.hasSuffix("/event") })
        broker.send(signal: SIGSTOP)
        var lines: [String] = []
        readEvents(20, of: run, into: &lines)
        broker.send(signal: SIGCONT)
        #expect(messages.read(listener, until: isFarewell))
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0)
        #expect(ids(messages) == Set(eventIDs(lines)))
    }

    /// Killed without a word, the program is said to be away by its last will.
    @Test func theLastWill() throws {
        let broker = try Mosquitto()
        try broker.start()
        let messages = MQTTMessages()
        let listener = try broker.listener()
        let run = try LiveRun(.tacit, listening.arguments(sink(broker) + ["--realtime"]))
        #expect(messages.read(listener) { $0.topic == "here/available" && $0.payload == "online" })
        run.send(signal: SIGKILL)
        #expect(messages.read(listener, until: isFarewell))
        _ = run.finish()
    }

    /// Every `on` has its `off` there too, whenever the end comes.
    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func theEndIsTold(signal: Int32) throws {
        let broker = try Mosquitto()
        try broker.start()
        let messages = MQTTMessages()
        let listener = try broker.listener()
        let run = try LiveRun(.tacit, listening.arguments(sink(broker) + ["--realtime", "--to", "stdout"]))
        #expect(messages.read(listener) { $0.payload == "ON" })
        run.send(signal: signal)
        #expect(messages.read(listener, until: isFarewell))
        var lines: [String] = []
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0)
        #expect(ids(messages) == Set(eventIDs(lines)))
        try expectPairs(messages.all.filter { $0.topic.hasSuffix("/event") }.map(\.payload))
        for label in 0..<5 { #expect(messages.payloads("here/a_wav/label/label_0\(label)").last == "OFF") }
    }

    @Test func homeAssistantIsToldAgainAndNobodyElseIsBelieved() throws {
        let broker = try Mosquitto()
        try broker.start()
        for (topic, payload) in [
            ("homeassistant/status", "\u{1}\u{2}nonsense"), ("here/a_wav/label/label_00", "{\"a\":"),
            ("homeassistant/device/here_a_wav/config", "not JSON"), ("here/a_wav/command", "rm -rf"),
        ] { try broker.publish(topic, payload, retained: true) }
        let listener = try broker.listener()
        let run = try LiveRun(.tacit, listening.arguments(sink(broker) + ["--realtime"]))
        let messages = MQTTMessages()
        let config = "homeassistant/device/here_a_wav/config"
        #expect(messages.read(listener) { $0.topic == config && $0.payload.hasPrefix("{\"dev\"") })
        let before = messages.payloads(config).count
        for payload in ["offline", "Online", "online!", ""] { try broker.publish("homeassistant/status", payload) }
        try broker.publish("homeassistant/status", "online")
        #expect(messages.read(listener) { $0.topic == config })
        #expect(messages.payloads(config).count == before + 1)
        run.send(signal: SIGTERM)
        #expect(messages.read(listener, until: isFarewell))
        #expect(run.finish() == 0)
    }

    @Test func passwordsAndThoseThatAreRefused() throws {
        let broker = try Mosquitto.withPassword(in: folder)
        try broker.start()
        let right = try folder.write("right", "secret\nsecond line\n".utf8)
        let wrong = try folder.write("wrong", "guess".utf8)
        func run(_ user: String, _ file: String?, _ more: [String]) throws -> Executable.Outcome {
            try listening.run(
                ["--to", "mqtt://\(user)\(broker.address)/here", "--to", "stdout"]
                    + (file.map { ["--mqtt-password-file", $0] } ?? []) + more)
        }
        let listener = try LiveRun(
            Executable(path: "/usr/bin/mosquitto_sub"),
            ["-h", "127.0.0.1", "-p", "\(broker.port)", "-u", "me", "-P", "secret", "-t", "here/#", "-F", "%r %t %p"])
        #expect(try run("me@", right, []).status == 0)
        let messages = MQTTMessages()
        #expect(messages.read(listener, until: isFarewell))
        for (user, file) in [("me@", wrong), ("me@", nil), ("", nil)] {
            let outcome = try run(user, file, ["--require-sinks"])
            #expect(outcome.status == 73)
            #expect(outcome.output.isEmpty)
            #expect(outcome.standardError.lowercased().contains("refused"))
        }
        #expect(try run("me@", folder.path("none"), []).status == 66)
        #expect(try run("me@", folder.write("empty", "\n".utf8), []).status == 65)
        #expect(try run("", right, []).status == 64)
    }

    /// Another reason than the one that was said is said as well, and again at the end.
    @Test func aBrokerThatComesAndWantsALogin() throws {
        let broker = try Mosquitto.withPassword(in: folder)
        let run = try LiveRun(.tacit, listening.arguments(sink(broker) + ["--realtime", "--to", "stdout"]))
        #expect(waitUntil { run.standardError.contains("Connection refused; tried again") })
        try broker.start()
        while run.readLine() != nil {}
        #expect(run.finish() == 0)
        let errors = run.standardError.lowercased()
        #expect(errors.contains("not authorised; tried again"), "\(errors)")
        #expect(errors.contains(/messages could not be delivered: .*not authorised\n/), "\(errors)")
    }

    /// Never fatal unless it is wanted: the other sinks have everything. What could not be told is said, by count.
    @Test func noBrokerAtAll() throws {
        let broker = try Mosquitto()
        let run = try LiveRun(.tacit, listening.arguments(sink(broker) + ["--realtime", "--to", "stdout"]))
        var lines: [String] = []
        while let line = run.readLine() {
            lines.append(line)
            if eventIDs([line]).count == 1 { run.send(signal: SIGTERM) }
        }
        #expect(run.finish() == 0)
        try expectPairs(lines)
        #expect(run.standardError.contains("Connection refused"))
        #expect(run.standardError.contains("\(eventIDs(lines).count) messages could not be delivered"))
        let required = try listening.run(sink(broker) + ["--require-sinks"])
        #expect(required.status == 73 && required.output.isEmpty)
        // Nor is it said to be tried again.
        #expect(required.errorLines.count == 1, "\(required.standardError)")
    }

    @Test(arguments: [
        "mqtt:", "mqtt:/x", "mqtt://", "mqtt://:1883", "mqtt://host:0", "mqtt://host:65536", "mqtt://host:x",
        "mqtt://@host", "mqtt://me:secret@host", "mqtt://host/a//b", "mqtt://host/a/", "mqtt://host/+",
        "mqtt://host/a#",
        "mqtt://host/$SYS", "mqtt://[::1", "mqtt://[::1]x", "mqtts://a b", "mqtt://host/\n",
        "mqtt://host?x", "mqtt://ho\u{a0}st", "mqtt://<host>", "mqtt://[zz]", "mqtt://host/a\u{fffe}",
    ])
    func wrongAddressesAreRefusedAtOnce(address: String) throws {
        let outcome = try listening.run(["--to", address])
        #expect(outcome.status == 64 && outcome.output.isEmpty)
        #expect(outcome.standardError.contains("[USER@]HOST[:PORT][/PREFIX]"))
    }

    @Test func encrypted() throws {
        let broker = try Mosquitto.withCertificate(in: folder)
        try broker.start()
        let listener = try LiveRun(
            Executable(path: "/usr/bin/mosquitto_sub"),
            ["-h", "127.0.0.1", "-p", "\(broker.port)", "--cafile", folder.path("cert.pem"), "-q", "1"]
                + ["-t", "here/#", "-F", "%r %t %p"])
        let run = try LiveRun(
            .tacit,
            listening.arguments(
                ["--realtime", "--to", "mqtts://\(broker.address)/here", "--mqtt-ca-file", folder.path("cert.pem")]))
        let messages = MQTTMessages()
        #expect(messages.read(listener, until: isFarewell))
        #expect(run.finish() == 0)
        #expect(!ids(messages).isEmpty)
        // Nobody vouches for it as far as the system knows.
        let stranger = try listening.run(["--to", "mqtts://\(broker.address)/here", "--require-sinks"])
        #expect(stranger.status == 73 && stranger.output.isEmpty)
    }

    /// Labels that would be one topic are two, and none is a level or a wildcard.
    @Test func hostileLabels() throws {
        let names = ["a/b", "a b", "+", "#\u{1}", "A-B"]
        let hostile = try ConvertedModel(try GoldenCase(name: "gpt2-sliding"), labels: names)
        let broker = try Mosquitto()
        try broker.start()
        let listener = try broker.listener()
        let outcome = try Executable.tacit.run(
            ["listen", hostile.path, "--input", listening.sound, "--hop", "\(listening.stride)", "--threshold", "0.2"]
                + sink(broker))
        #expect(outcome.status == 0)
        let messages = MQTTMessages()
        #expect(messages.read(listener, until: isFarewell))
        let topics = Set(messages.all.map(\.topic).filter { $0.contains("/label/") })
        let slugs = ["a_b", "a_b_10a3f9f2", "unnamed_2e0c9daa", "unnamed_f8c860e9", "a-b"]
        #expect(topics == Set(slugs.map { "here/a_wav/label/\($0)" }))
    }
}
