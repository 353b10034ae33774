import Foundation
import TacitTestSupport
import Testing

/// What a broker keeps of a recording that is cut off: its lines end where it does, but nothing stays on.
@Suite(.enabled(if: Mosquitto.isThere, "Mosquitto is not installed"))
struct ReplayedStatesTests {
    @Test func nothingStaysOn() throws {
        let listening = try EventfulListening()
        let recording = listening.folder.path("whole.rec")
        let recorded = try Executable.tacit.run(["record"] + listening.arguments([]).dropFirst() + [recording])
        #expect(recorded.status == 0, "\(recorded.standardError)")
        let whole = try Data(contentsOf: URL(fileURLWithPath: recording))
        // Cut where something is on.
        var cut: String?
        for part in 1..<8 where cut == nil {
            let path = try listening.folder.write("cut.rec", whole.prefix(whole.count * part / 8))
            let lines = try Executable.tacit.run(["replay", listening.model.path, path, "--json"]).outputLines
            func count(_ state: String) -> Int { lines.count { $0.contains("\"state\":\"\(state)\"") } }
            if count("on") > count("off") { cut = path }
        }
        let broker = try Mosquitto()
        try broker.start()
        let outcome = try Executable.tacit.run(
            ["replay", listening.model.path, try #require(cut), "--to", "mqtt://\(broker.address)/here"])
        #expect(outcome.status == 65)
        let states = try broker.retained().filter { $0.hasPrefix("here/a_wav/label/") }
        #expect(!states.isEmpty && states.allSatisfy { $0.hasSuffix(" OFF") }, "\(states)")
    }
}
