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
        #expect(
            messages.payloads("here/available").suffix(6) == [
                "online", "offline", "online", "offline", "online", "offline",
            ])
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
}
