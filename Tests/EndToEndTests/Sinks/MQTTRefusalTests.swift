import Foundation
import TacitTestSupport
import Testing

/// Mosquitto's own plug-in for who may do what.
private let plugin = "/usr/lib/\(Clang.target)/mosquitto_dynamic_security.so"

/// A broker that takes what it is told and lets nothing be read.
@Suite(
    .enabled(
        if: Mosquitto.isThere && FileManager.default.fileExists(atPath: plugin),
        "Mosquitto is not installed, or has no plug-in for who may do what"))
struct MQTTRefusalTests {
    /// Each topic once: no command will come, and nobody would know why.
    @Test func whatMayNotBeReadIsSaid() throws {
        let listening = try EventfulListening()
        let rules = try listening.folder.write(
            "rules.json",
            Array(
                #"{"defaultACLAccess":{"publishClientSend":true,"publishClientReceive":true,"subscribe":false,"#.utf8)
                + Array(#""unsubscribe":true},"clients":[],"groups":[],"roles":[]}"#.utf8))
        let broker = try Mosquitto(
            "allow_anonymous true\nplugin \(plugin)\nplugin_opt_config_file \(rules)")
        try broker.start()
        let outcome = try listening.run([
            "--to", "mqtt://\(broker.address)/here", "--name", "mic", "--mqtt-commands", "--labels",
            listening.folder.path("my.labels"), "--to", "clips:\(listening.folder.path("clips"))", "--clip-reserve",
            "0",
        ])
        #expect(outcome.status == 0)
        for topic in ["homeassistant/status", "here/available", "here/mic/command"] {
            let said = outcome.errorLines.count { $0.contains("the broker doesn't let \(topic) be read") }
            #expect(said == 1, "\(topic): \(outcome.standardError)")
        }
    }
}
