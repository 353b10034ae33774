import Foundation
import TacitTestSupport
import Testing

/// What `tacit check` says of settings that may be meant, and likely are not.
@Suite struct CheckWarningTests {
    private let inputs: SeveralInputs

    init() throws { inputs = try SeveralInputs() }

    private func warnings(_ text: String) throws -> [String] {
        let outcome = try Executable.tacit.run(["check", try inputs.write(text)])
        #expect(outcome.status == 0 && !outcome.output.isEmpty, "\(outcome.standardError)")
        return outcome.errorLines
    }

    private func sink(_ name: String, _ to: String, _ more: String = "") -> String {
        "[[sink]]\nname = \"\(name)\"\nto = \"\(to)\"\n\(more)"
    }

    /// Each at the key that names it.
    @Test func sinksThatCannotBeHad() throws {
        let one = inputs.table(inputs.all[0])
        let line = one.split(separator: "\n", omittingEmptySubsequences: false).count
        let lines = inputs.folder.path("none/lines")
        let password = inputs.folder.path("none/password")
        let found = try warnings(
            one + sink("a", "jsonl:\(lines)") + sink("b", "mqtt://me@h", "mqtt-password-file = \"\(password)\"\n")
                + sink("c", "clips:\(inputs.folder.path("clips"))"))
        #expect(found.count == 2, "\(found)")
        #expect(found.first?.contains("settings.toml:\(line + 2):6: to: \(lines): No such file") == true, "\(found)")
        #expect(
            found.last?.contains("settings.toml:\(line + 6):1: mqtt-password-file: \(password): No such file") == true,
            "\(found)")
    }

    /// Once, at the first of them, and only where there are times that go by it; `tacit run` says so, too.
    @Test func aTimeZoneThatIsNone() throws {
        func lines(_ command: String, _ zone: String, _ quiet: String) throws -> [String] {
            let table = inputs.table(inputs.all[0]) + "\(quiet)[label.\"\(inputs.labels[0])\"]\n\(quiet)"
            let path = try inputs.write(table)
            let outcome = try Executable.tacit.run([command, path], environment: ["TZ": zone])
            #expect(outcome.status == 0)
            return outcome.errorLines
        }
        let quiet = "quiet = \"00:00-00:01\"\n"
        for command in ["check", "run"] {
            let found = try lines(command, "Europe/Berln", quiet)
            #expect(found.count == 1 && found[0].contains(": quiet: TZ is 'Europe/Berln', which names no"), "\(found)")
            #expect(try lines(command, "CET-1CEST", quiet).isEmpty && lines(command, "Europe/Berln", "").isEmpty)
        }
    }

    /// Home Assistant knows `a/b` and `c`, and `a` and `b_c`, by the same name.
    @Test func twoDevicesThatAreOneToHomeAssistant() throws {
        func file(_ prefix: String, _ name: String, _ more: String = "", host: String = "h") -> String {
            SeveralInputs.table("c", inputs.first.path, inputs.firstKeys, "to = [\"one\"]")
                + SeveralInputs.table(name, inputs.first.path, inputs.firstKeys, "to = [\"two\"]")
                + sink("one", "mqtt://h/a/b") + sink("two", "mqtt://\(host)/\(prefix)", more)
        }
        let found = try warnings(file("a", "b_c"))
        #expect(
            found.count == 1 && found[0].contains("Home Assistant takes 'b_c' at 'two' for 'c' at 'one'"), "\(found)")
        for text in [
            file("a", "b-c"), file("d", "b_c"), file("a", "b_c", host: "other"),
            file("a", "b_c", "mqtt-discovery = false\n"),
        ] {
            #expect(try warnings(text).isEmpty)
        }
    }
}
