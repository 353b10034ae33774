import Foundation
import TacitTestSupport
import Testing

/// Several inputs and a broker: one connection, a device for each.
@Suite(.enabled(if: Mosquitto.isThere, "Mosquitto is not installed"))
struct SharedBrokerTests {
    private let inputs: SeveralInputs

    init() throws { inputs = try SeveralInputs() }

    @Test func aDeviceForEachInput() throws {
        let broker = try Mosquitto()
        try broker.start()
        let listener = try broker.listener()
        let group = "[label.\"\(inputs.labels[0])\"]\ngroup = \"some\"\n"
        let run = try LiveRun(
            .tacit,
            [
                "run", "--json",
                try inputs.write(
                    inputs.table(inputs.all[0]) + inputs.table(inputs.all[2], "realtime = true") + group + """
                        [[sink]]
                        name = "out"
                        to = "stdout"
                        [[sink]]
                        name = "broker"
                        to = "mqtt://\(broker.address)/here"
                        """),
            ])
        var lines: [String] = []
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0, "\(run.standardError)")
        let messages = MQTTMessages()
        #expect(messages.read(listener) { $0.topic == "here/available" && $0.payload == "offline" })
        func events(_ source: String) -> [String] {
            SourceLines.all(source, of: lines).filter { $0.contains(#""type":"event""#) }
        }
        for source in ["one", "three"] {
            #expect(
                messages.payloads("here/\(source)/event").map { $0.replacing(/,"event_type":"o(n|ff)"/, with: "") }
                    == events(source))
            #expect(messages.payloads("here/\(source)/available").last == "offline")
        }
        // The group has a topic as labels have.
        let own = events("one").filter { $0.contains(#""label":"some""#) }
        #expect(!own.isEmpty)
        #expect(
            messages.payloads("here/one/label/some") == ["OFF"]
                + own.map { $0.contains(#""state":"on""#) ? "ON" : "OFF" })
        // As long as one of the two goes on the program is there.
        #expect(messages.payloads("here/available") == ["online", "offline"])
    }

    /// Names of other letters than topics have are told apart as they stand in the file, whichever input begins first.
    @Test func namesThatTopicsCannotTellApart() throws {
        let broker = try Mosquitto()
        try broker.start()
        let listener = try broker.listener()
        let names = ["\u{43a}\u{443}\u{445}\u{43d}\u{44f}", "\u{437}\u{430}\u{43b}", "?"]
        let tables = names.map { SeveralInputs.table($0, inputs.first.path, inputs.firstKeys) }
        let sink = "[[sink]]\nname = \"broker\"\nto = \"mqtt://\(broker.address)/here\"\n"
        let outcome = try inputs.run(tables.joined() + sink)
        #expect(outcome.status == 0, "\(outcome.standardError)")
        let messages = MQTTMessages()
        #expect(messages.read(listener) { $0.topic == "here/available" && $0.payload == "offline" })
        for (name, device) in zip(names, ["unnamed_10f4315a", "unnamed_c9434549", "unnamed_3a0cb08e"]) {
            let events = messages.payloads("here/\(device)/event")
            #expect(!events.isEmpty && events.allSatisfy { $0.contains("\"source\":\"\(name)\"") }, "\(device)")
        }
    }

    /// After the file was read again names are told apart as at a start: what topics say of an input does not hang on
    /// which of two came first.
    @Test func namesThatTopicsCannotTellApartAfterAReload() throws {
        let broker = try Mosquitto()
        try broker.start()
        let listener = try broker.listener()
        let keys = try endlessKeys()
        func table(_ name: String) -> String { SeveralInputs.table(name, inputs.first.path, keys) }
        let sink = "[[sink]]\nname = \"broker\"\nto = \"mqtt://\(broker.address)/here\"\n"
        let run = try LiveRun(.tacit, ["run", try inputs.write(table("Yard") + sink)])
        let messages = MQTTMessages()
        #expect(messages.read(listener) { $0.topic == "here/yard/event" }, "\(run.standardError)")
        let isYard = #""source":"Yard""#
        #expect(messages.payloads("here/yard/event").allSatisfy { $0.contains(isYard) })
        try inputs.write(table("Yard!") + table("Yard") + sink)
        run.send(signal: SIGHUP)
        #expect(
            messages.read(listener) { _ in
                messages.payloads("here/yard/event").contains { $0.contains(#""source":"Yard!""#) }
                    && messages.payloads("here/yard_ba5b2c39/event").contains { $0.contains(isYard) }
            }, "\(run.standardError)")
        // What is told of the reading may come after the first events.
        #expect(waitUntil { run.standardError.contains("0 go on, 1 ended, 2 began") }, "\(run.standardError)")
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
    }

    /// A sound that something else follows only after hours.
    private func endlessKeys() throws -> SeveralInputs.Keys {
        let raw = try inputs.folder.write("a.raw", Sounds.raw(inputs.samples))
        return inputs.firstKeys.filter { $0.key != "input" } + [
            ("command", "sh -c 'cat \(raw); exec sleep 1000'"), ("command-silence", "86400"), ("raw", "true"),
        ]
    }

    /// Where there are no topics, a like name is no reason to begin anew.
    @Test func namesThatNoTopicIsMadeOf() throws {
        let keys = try endlessKeys()
        func table(_ name: String) -> String { SeveralInputs.table(name, inputs.first.path, keys) }
        let lines = inputs.folder.path("lines")
        let sink = "[[sink]]\nname = \"lines\"\nto = \"jsonl:\(lines)\"\n"
        let run = try LiveRun(.tacit, ["run", try inputs.write(table("Yard") + sink)])
        #expect(
            waitUntil { (try? String(contentsOfFile: lines, encoding: .utf8))?.isEmpty == false },
            "\(run.standardError)")
        try inputs.write(table("Yard!") + table("Yard") + sink)
        run.send(signal: SIGHUP)
        #expect(
            waitUntil { run.standardError.contains("1 go on, 0 ended, 1 began") }, "\(run.standardError)")
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
    }

    /// A password that nobody writes into its pipe is said, and holds up nobody who is told elsewhere.
    @Test func aPasswordThatNobodyGives() throws {
        let broker = try Mosquitto()
        try broker.start()
        let listener = try broker.listener()
        let pipe = inputs.folder.path("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        let run = try LiveRun(
            .tacit,
            [
                "run", "--json",
                try inputs.write(
                    inputs.table(inputs.all[0], "to = [\"waiting\"]")
                        + SeveralInputs.table(
                            "other", inputs.first.path, inputs.firstKeys, "to = [\"told\"]\nrealtime = true") + """
                            [[sink]]
                            name = "waiting"
                            to = "mqtt://me@\(broker.address)/here"
                            mqtt-password-file = "\(pipe)"
                            [[sink]]
                            name = "told"
                            to = "mqtt://\(broker.address)/there"
                            """),
            ])
        let messages = MQTTMessages()
        #expect(messages.read(listener) { $0.topic == "there/other/event" }, "\(run.standardError)")
        #expect(
            waitUntil { run.standardError.contains("\(pipe): nothing was written into it in 10 seconds") },
            "\(run.standardError)")
        run.send(signal: SIGTERM)
        _ = run.finish()
    }
}
