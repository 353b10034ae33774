import Foundation
import TacitTestSupport
import Testing

/// Whether the program is there, as a broker keeps it.
@Suite(.enabled(if: Mosquitto.isThere, "Mosquitto is not installed"))
struct MQTTAvailabilityTests {
    private func isOnline(_ message: MQTTMessages.Message) -> Bool {
        message.topic == "here/available" && message.payload == "online"
    }

    private func isOffline(_ message: MQTTMessages.Message) -> Bool {
        message.topic == "here/available" && message.payload == "offline"
    }

    /// The last will of a run before this one comes when the broker takes its connection for dead, which may be later.
    @Test func whoIsSaidToBeGoneSaysOtherwise() throws {
        let long = try EventfulListening(seconds: 60)
        let broker = try Mosquitto()
        try broker.start()
        try broker.publish("here/available", "offline", retained: true)
        let messages = MQTTMessages()
        let listener = try broker.listener()
        let run = try LiveRun(.tacit, long.arguments(["--to", "mqtt://\(broker.address)/here"] + ["--realtime"]))
        #expect(messages.read(listener, until: isOnline))
        for _ in 0..<2 {
            try broker.publish("here/available", "offline", retained: true)
            #expect(messages.read(listener, until: isOffline))
            #expect(messages.read(listener, until: isOnline))
        }
        run.send(signal: SIGTERM)
        #expect(messages.read(listener, until: isOffline))
        #expect(run.finish() == 0)
        #expect(try broker.retained().contains("here/available offline"))
    }

    /// A broker that stands still while the program ends, and goes on when that is gone: a farewell never comes behind all
    /// that it had not taken, but the last will does.
    @Test func whoIsGivenUpIsTold() throws {
        let long = try EventfulListening(seconds: 60)
        let broker = try Mosquitto()
        try broker.start()
        let messages = MQTTMessages()
        let listener = try broker.listener()
        let run = try LiveRun(
            .tacit, long.arguments(["--to", "mqtt://\(broker.address)/here", "--realtime", "--to", "stdout"]))
        #expect(messages.read(listener) { $0.topic.hasSuffix("/event") })
        broker.send(signal: SIGSTOP)
        var events = 0
        while events < 40, let line = run.readLine() { events += line.contains(#""type":"event""#) ? 1 : 0 }
        run.send(signal: SIGTERM)
        while run.readLine() != nil {}
        #expect(run.finish() == 0)
        #expect(run.standardError.contains("messages could not be delivered"), "\(run.standardError)")
        broker.send(signal: SIGCONT)
        #expect(messages.read(listener, until: isOffline))
        #expect(try broker.retained().contains("here/available offline"))
    }

    /// What an input's end was to tell a broker that is away is told once it is back, as long as others go on.
    @Test func anInputThatEndsWhileTheBrokerIsAway() throws {
        let inputs = try SeveralInputs()
        let raw = try inputs.folder.write("a.raw", Sounds.raw(inputs.samples))
        let keys: SeveralInputs.Keys =
            inputs.firstKeys.filter { $0.key != "input" } + [
                ("command", "sh -c 'cat \(raw); exec sleep 1000'"), ("command-silence", "86400"), ("raw", "true"),
            ]
        let broker = try Mosquitto(isLasting: true)
        try broker.start()
        let sink = "[[sink]]\nname = \"house\"\nto = \"mqtt://\(broker.address)/here\"\n"
        func table(_ name: String) -> String { SeveralInputs.table(name, inputs.first.path, keys) }
        let messages = MQTTMessages()
        let listener = try broker.listener()
        let run = try LiveRun(.tacit, ["run", inputs.write(table("kept") + table("gone") + sink)])
        #expect(messages.read(listener) { $0.topic == "here/gone/available" && $0.payload == "online" })
        try broker.save()
        broker.stop()
        try inputs.write(table("kept") + sink)
        run.send(signal: SIGHUP)
        #expect(waitUntil { run.standardError.contains("1 ended") }, "\(run.standardError)")
        try broker.start()
        var kept: [String] = []
        let isTold = try waitUntil(pause: 200_000) {
            kept = try broker.retained()
            return kept.contains("here/gone/available offline") && kept.contains("here/available online")
        }
        #expect(isTold, "\(kept)")
        #expect(!kept.contains { $0.hasPrefix("here/gone/label/") && $0.hasSuffix(" ON") }, "\(kept)")
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
    }
}
