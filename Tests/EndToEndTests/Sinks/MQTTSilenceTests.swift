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

    /// Where somebody is reached who says nothing, TLS has not been agreed on, and nobody hung up.
    @Test(arguments: ["mqtt", "mqtts"])
    func whereNothingIsSaid(scheme: String) throws {
        let silent = try DeafListener(admits: true)
        let address = "\(scheme)://127.0.0.1:\(silent.port)/here"
        let fed = try FedRun(try EventfulListening(), ["--realtime", "--to", address])
        fed.feed(seconds: 1)
        // A keep-alive of the protocol later.
        #expect(waitUntil(within: 120) { fed.run.standardError.contains("; tried again") })
        #expect(
            fed.run.standardError.contains("\(address): what listens there gave no broker's answer"),
            "\(fed.run.standardError)")
        fed.run.send(signal: SIGTERM)
        #expect(fed.finish() == 0)
    }

    /// The library has no reason for it, nor has the system.
    @Test func whereSomebodyHangsUpInTheMidstOfAMessage() throws {
        let broker = try HangingUpBroker()
        let address = "mqtt://127.0.0.1:\(broker.port)/here"
        let fed = try FedRun(try EventfulListening(), ["--realtime", "--to", address])
        fed.feed(seconds: 1)
        #expect(waitUntil { fed.run.standardError.contains("; tried again") })
        #expect(
            fed.run.standardError.contains("\(address): The connection was lost; tried again"),
            "\(fed.run.standardError)")
        fed.run.send(signal: SIGTERM)
        #expect(fed.finish() == 0)
    }

    /// The resolver's own words, as of a page's host.
    @Test(arguments: ["mqtt", "mqtts"])
    func whereThereIsNoSuchHost(scheme: String) throws {
        // RFC 6761, section 6.4: a name that there never is.
        let place = "\(scheme)://broker.invalid:1883/here"
        let outcome = try EventfulListening().run(["--to", place, "--require-sinks"])
        #expect(outcome.status == 73, "\(outcome.standardError)")
        #expect(outcome.errorLines.count == 1, "\(outcome.standardError)")
        #expect(outcome.standardError.contains("\(place): "), "\(outcome.standardError)")
        #expect(!outcome.standardError.contains("Lookup error"), "\(outcome.standardError)")
    }

    /// Who waits for a broker goes when it is told to.
    @Test func theWaitIsCalledOff() throws {
        let inputs = try SeveralInputs()
        let deaf = try DeafListener()
        let raw = try inputs.folder.write("a.raw", Sounds.raw(inputs.samples))
        let keys: SeveralInputs.Keys =
            inputs.firstKeys.filter { $0.key != "input" } + [
                ("command", "sh -c 'cat \(raw); exec sleep 1000'"), ("command-silence", "86400"), ("raw", "true"),
            ]
        func settings(_ more: String) -> String {
            SeveralInputs.table("stays", inputs.first.path, keys, "to = [\"lines\"]") + more
                + "[[sink]]\nname = \"lines\"\nto = \"stdout\"\n[[sink]]\nname = \"deaf\"\n"
                + "to = \"mqtt://127.0.0.1:\(deaf.port)/here\"\nrequire-sinks = true\n"
        }
        let path = try inputs.write(
            settings(SeveralInputs.table("waits", inputs.first.path, keys, "to = [\"deaf\"]")))
        let run = try LiveRun(.tacit, ["run", path, "--json"])
        #expect(run.readLine() != nil)
        try inputs.write(settings(""))
        run.send(signal: SIGHUP)
        #expect(waitUntil { run.standardError.contains("1 go on, 1 ended, 0 began") }, "\(run.standardError)")
        #expect(!run.standardError.contains("does not end"), "\(run.standardError)")
        run.send(signal: SIGTERM)
        while run.readLine() != nil {}
        #expect(run.finish() == 0)
    }
}
