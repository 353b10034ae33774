import Foundation
import TacitTestSupport
import Testing

/// `--to mqtts://` where TLS can't be agreed on: what is wrong, and where.
@Suite(.enabled(if: Mosquitto.isThere, "Mosquitto is not installed"))
struct MQTTEncryptionTests {
    private let listening: EventfulListening
    private var folder: TemporaryFolder { listening.folder }

    // It is there for longer than any broker is asked.
    init() throws { listening = try EventfulListening(seconds: 60) }

    /// A file that is refused before anyone is asked, in one line.
    private func expectRefused(_ path: String, _ reason: String, _ flags: [String]) throws {
        let outcome = try listening.run(["--to", "mqtts://127.0.0.1:1/a"] + flags)
        #expect(outcome.status == 65 && outcome.output.isEmpty, "\(flags)")
        #expect(
            outcome.errorLines.count == 1 && outcome.standardError.contains("\(path): \(reason)"),
            "\(outcome.standardError)")
    }

    /// Nobody is asked for a pass phrase, least of all standard input, which may be the sound.
    @Test(arguments: ["pkey", "ec"]) func keysThatAreEncrypted(command: String) throws {
        let own = try Certificate(in: folder, "own")
        let key = try own.encryptedKey(by: command)
        try expectRefused(key, "is encrypted, expected", ["--mqtt-cert-file", own.path, "--mqtt-key-file", key])
    }

    @Test func filesThatCannotBeUsed() throws {
        let own = try Certificate(in: folder, "own")
        let other = try Certificate(in: folder, "other")
        let spoilt = try folder.write(
            "spoilt.pem", "-----BEGIN CERTIFICATE-----\nspoilt\n-----END CERTIFICATE-----\n".utf8)
        func files(_ certificate: String, _ key: String) -> [String] {
            ["--mqtt-cert-file", certificate, "--mqtt-key-file", key]
        }
        try expectRefused(spoilt, "expected certificates of who vouches", ["--mqtt-ca-file", spoilt])
        try expectRefused(own.key, "expected certificates of who vouches", ["--mqtt-ca-file", own.key])
        try expectRefused(spoilt, "expected this machine's certificate", files(spoilt, own.key))
        try expectRefused(own.key, "expected this machine's certificate", files(own.key, own.path))
        try expectRefused(other.key, "expected the key to \(own.path)", files(own.path, other.key))
        try expectRefused(spoilt, "expected the key to \(own.path)", files(own.path, spoilt))
    }

    /// One that hangs up while TLS is agreed on is asked again.
    @Test func whoHangsUpInTheMidst() throws {
        let other = try ResettingListener()
        let run = try LiveRun(
            .tacit, listening.arguments(["--realtime", "--to", "mqtts://127.0.0.1:\(other.port)/here"]))
        #expect(waitUntil { other.count > 1 }, "\(run.standardError)")
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
    }

    private func broker(_ certificate: Certificate, _ more: String = "") throws -> Mosquitto {
        try Mosquitto("allow_anonymous true\ncertfile \(certificate.path)\nkeyfile \(certificate.key)\n\(more)")
    }

    /// What the log says of a broker, the first time that it is asked.
    private func problem(_ broker: Mosquitto, _ flags: [String]) throws -> String {
        try broker.start()
        let run = try LiveRun(
            .tacit, listening.arguments(["--realtime", "--to", "mqtts://\(broker.address)/here"] + flags))
        #expect(waitUntil { run.standardError.contains("; tried again\n") })
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
        return run.standardError
    }

    @Test func aBrokerThatNobodyVouchesFor() throws {
        let own = try Certificate(in: folder, "own")
        let other = try Certificate(in: folder, "other")
        let told = try problem(broker(own), ["--mqtt-ca-file", other.path])
        #expect(told.contains("the broker's certificate is not trusted: self"), "\(told)")
    }

    @Test func aBrokerWhoseCertificateIsOver() throws {
        let own = try Certificate(in: folder, "own", days: -1)
        let told = try problem(broker(own), ["--mqtt-ca-file", own.path])
        #expect(told.contains("the broker's certificate is not trusted: certificate has expired"), "\(told)")
    }

    @Test func aBrokerOfAnotherName() throws {
        let own = try Certificate(in: folder, "own", for: "127.0.0.9")
        let told = try problem(broker(own), ["--mqtt-ca-file", own.path])
        #expect(told.contains("the broker's certificate is not trusted: it is for another host"), "\(told)")
    }

    /// By TLS 1.3 it hangs up once all is agreed on.
    @Test func aBrokerThatWantsACertificate() throws {
        let own = try Certificate(in: folder, "own")
        let wanting = try broker(own, "require_certificate true\ncafile \(own.path)\ntls_version tlsv1.3")
        let told = try problem(wanting, ["--mqtt-ca-file", own.path])
        #expect(told.contains("does it want a certificate") && !told.contains("is the port right"), "\(told)")
    }

    @Test func aBrokerThatSpeaksNoTLS() throws {
        let told = try problem(Mosquitto(), [])
        #expect(told.contains("ends TLS before it begins") && told.contains("is TLS spoken there?"), "\(told)")
    }
}
