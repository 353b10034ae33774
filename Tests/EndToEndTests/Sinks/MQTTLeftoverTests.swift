import Foundation
import TacitTestSupport
import Testing

/// What a broker keeps of labels that are no more, against a real Mosquitto.
@Suite(.enabled(if: Mosquitto.isThere, "Mosquitto is not installed"))
struct MQTTLeftoverTests {
    /// Somebody leaves so many there, faster than one message at a time.
    private func leave(_ count: Int, at broker: Mosquitto) throws {
        let connection = try LoopbackConnection(port: broker.port)
        // CONNECT of MQTT 3.1.1, without a name.
        connection.send([0x10, 12, 0, 4] + Array("MQTT".utf8) + [4, 2, 0, 0, 0, 0])
        for number in 0..<count {
            let topic = Array("here/a_wav/label/old_\(number)".utf8)
            connection.send([0x31, UInt8(topic.count + 3), 0, UInt8(topic.count)] + topic + [UInt8(ascii: "1")])
        }
        // Once a PINGREQ behind them is answered, the broker has them all.
        connection.send([0xc0, 0])
        #expect(connection.read { $0.suffix(2).elementsEqual([0xd0, 0]) })
    }

    @Test(arguments: [(50, 0), (3000, 1976)])
    func asManyAreClearedAsThereMayBe(count: Int, left: Int) throws {
        let listening = try EventfulListening(seconds: 1)
        let broker = try Mosquitto()
        try broker.start()
        try leave(count, at: broker)
        let outcome = try listening.run(["--to", "mqtt://\(broker.address)/here", "--to", "stdout"])
        #expect(outcome.status == 0 && !outcome.output.isEmpty)
        #expect(outcome.errorLines.count == (left == 0 ? 0 : 1), "\(outcome.standardError)")
        #expect(left == 0 || outcome.standardError.contains("more than 1024 labels that are no more"))
        #expect(try broker.retained().count { $0.hasPrefix("here/a_wav/label/old_") } == left)
    }
}
