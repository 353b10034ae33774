import Foundation
import TacitTestSupport
import Testing

/// Places where no broker answers.
@Suite(.enabled(if: Mosquitto.isThere, "Mosquitto is not installed"))
struct MQTTSilenceTests {
    /// The system alone would ask for minutes, and say nothing meanwhile.
    @Test(arguments: ["mqtt", "mqtts"])
    func whereNothingAnswers(scheme: String) throws {
        let listening = try EventfulListening()
        let deaf = try DeafListener()
        let place = "\(scheme)://127.0.0.1:\(deaf.port)/here"
        let outcome = try listening.run(["--to", place, "--require-sinks"])
        #expect(outcome.status == 73, "\(outcome.standardError)")
        #expect(outcome.errorLines == ["tacit: \(place): no answer within 5 s"], "\(outcome.standardError)")
    }

    /// What is wrong with the last of a host's addresses is what is said.
    @Test(arguments: ["mqtt://localhost", "mqtts://localhost", "mqtt://127.0.0.1", "mqtts://127.0.0.1"])
    func whereNobodyListens(host: String) throws {
        let listening = try EventfulListening()
        let place = "\(host):\(try LoopbackPort.unused())/here"
        let outcome = try listening.run(["--to", place, "--require-sinks"])
        #expect(outcome.status == 73, "\(outcome.standardError)")
        #expect(outcome.errorLines == ["tacit: \(place): Connection refused"], "\(outcome.standardError)")
    }
}
