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
}
