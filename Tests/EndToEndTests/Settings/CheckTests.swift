import Foundation
import TacitTestSupport
import Testing

/// `tacit check`: what it says of a file that can be run, and of those that can't.
@Suite struct CheckTests {
    private let inputs: SeveralInputs

    init() throws { inputs = try SeveralInputs() }

    private func check(_ text: String, _ flags: [String] = []) throws -> Executable.Outcome {
        try Executable.tacit.run(["check", try inputs.write(text)] + flags)
    }

    private struct Report: Decodable, Equatable {
        struct Input: Decodable, Equatable {
            let name: String
            let sense: String
            let labels: Int
            let to: [String]
        }
        struct Fault: Decodable, Equatable {
            let line: Int
            let column: Int
            let reason: String
        }
        let ok: Bool
        let inputs: [Input]
        let errors: [Fault]
    }

    private func report(_ outcome: Executable.Outcome) throws -> Report {
        #expect(outcome.outputLines.count == 1)
        return try JSONDecoder().decode(Report.self, from: Data(outcome.output))
    }

    @Test func aFileThatCanBeRun() throws {
        let text =
            inputs.all.map { inputs.table($0) }.joined()
            + "[[sink]]\nname = \"page\"\nto = \"clips:\(inputs.folder.path("clips"))\"\n"
        let outcome = try check(text)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.standardError)")
        #expect(
            outcome.outputLines.map { $0.split(separator: " ").first.map(String.init) } == [
                "one", "two", "three", "page",
            ])
        let found = try report(try check(text, ["--json"]))
        #expect(found.ok && found.errors.isEmpty)
        #expect(found.inputs.map(\.sense) == ["sound", "sound", "pictures"])
        #expect(found.inputs.allSatisfy { $0.to == ["page"] && $0.labels > 1 })
        // Nothing was opened that would be written to.
        #expect(!FileManager.default.fileExists(atPath: inputs.folder.path("clips")))
    }

    /// It may come until it is read: a warning, and no fault of the file.
    @Test func anInputThatIsNotThere() throws {
        let text = "[[input]]\nname = \"a\"\nmodel = \"\(inputs.first.path)\"\ninput = \"none.wav\"\n"
        let outcome = try check(text)
        #expect(outcome.status == 0 && outcome.outputLines.count == 1)
        #expect(outcome.errorLines.count == 1)
        #expect(
            outcome.standardError.contains("settings.toml:4:1: input: none.wav: No such file or directory"),
            "\(outcome.standardError)")
        let found = try report(try check(text, ["--json"]))
        #expect(found.ok && found.errors.isEmpty)
    }

    @Test func allFaultsWithTheirPlaces() throws {
        let text = """
            [[input]]
            name = "a"
            model = "\(inputs.first.path)"
            top = -5
            gate = 20
            device = "x"
            input = "y"
            only = ["nothing"]
            size = "24x18"

            [[input]]
            name = "b"
            model = "none.gguf"

            [[sink]]
            name = "s"
            to = "mqtt://host"
            clip-count = 5

            [[sink]]
            name = "t"
            to = "fax:5"
            """
        let outcome = try check(text, ["--json"])
        #expect(outcome.status == 65)
        let found = try report(outcome)
        #expect(!found.ok)
        #expect(
            found.errors.map { "\($0.line):\($0.column)" } == [
                "4:1", "5:1", "6:1", "8:1", "9:1", "13:9", "18:1", "22:6",
            ], "\(found.errors)")
        #expect(outcome.errorLines.count == found.errors.count)
        #expect(
            outcome.errorLines.allSatisfy { $0.contains("settings.toml:") && !$0.contains("--") },
            "\(outcome.standardError)")
    }

    /// Settings that are wrong together with a model, or with one another.
    @Test func whatCannotBe() throws {
        let one = inputs.all[0]
        let cases: [(String, Int, [String])] = [
            (inputs.table(one, "off-below = 2"), 10, ["off-below"]),
            (inputs.table(one, "smooth = -1"), 10, ["smooth"]),
            (inputs.table(one, "except = [\"\(inputs.labels[0])\", \"nil\"]"), 10, ["no label 'nil'"]),
            (
                inputs.table(one, "only = [\"\(inputs.labels[0])\"]\nexcept = [\"\(inputs.labels[0])\"]"), 10,
                ["no label is left"]
            ),
            (inputs.table(one, "sense = \"pictures\""), 3, ["the model takes sound"]),
            (inputs.table(one, "labels = \"none.labels\""), 10, ["none.labels"]),
            (inputs.table(inputs.all[2], "gate = -40"), 9, ["gate: is for sound"]),
            (inputs.table(one) + "[label.nil]\nthreshold = 0.5", 11, ["no input's model has a label 'nil'"]),
            (
                inputs.table(one) + "[label.\"\(inputs.labels[0])\"]\ngroup = \"\(inputs.labels[1])\"", 12,
                ["is a label of the model: a group wants a name of its own"]
            ),
            (
                inputs.table(one) + inputs.table(inputs.all[1]) + "[[sink]]\nname = \"p\"\nto = \"http://127.0.0.1:0\"",
                12,
                ["shows 'one' already"]
            ),
            (
                inputs.table(one) + "[[sink]]\nname = \"p\"\nto = \"stdout\"\n[[sink]]\nname = \"q\"\nto = \"stdout\"",
                16,
                ["leads where 'p' does"]
            ),
            (
                inputs.table(one) + "[[sink]]\nname = \"p\"\nto = \"stdout\"\nrotate-daily = true", 14,
                ["rotate-daily", "goes with"]
            ),
            (inputs.table(one) + "[[sink]]\nname = \"p\"\nto = \"mqtt://h\"\nmqtt-commands = true", 2, ["labels"]),
            (inputs.table(one) + "[[sink]]\nname = \"p\"\nto = \"exec:/no/such/program\"", 13, ["no program"]),
            (inputs.table(one) + "[[sink]]\nname = \"p\"\nto = \"http://0.0.0.0:80\"", 13, ["http-token-file"]),
        ]
        for (text, line, words) in cases {
            let outcome = try check(text)
            #expect(outcome.status == 65 && outcome.output.isEmpty, "\(text)")
            let first = try #require(outcome.errorLines.first, "\(text)")
            #expect(first.contains("settings.toml:\(line):"), "\(first)")
            for word in words { #expect(first.contains(word), "\(first)") }
        }
    }

    /// The file that shows how settings are written, by the models that come with the package.
    @Test(.enabled(if: TestPaths.hasModel("sound.gguf") && TestPaths.hasModel("image.gguf"), "no shipped models"))
    func theExample() throws {
        let outcome = try Executable.tacit.run(["check", "tools/systemd/tacit.toml"], folder: TestPaths.package.path)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.standardError)")
        #expect(outcome.outputLines.count == 3)
    }

    /// Every flag of a stream is a key, and every key is told in the documentation.
    @Test func everyFlagIsAKey() throws {
        let page = try String(
            contentsOf: TestPaths.package.appendingPathComponent("Sources/tacit/tacit.docc/Run.md"), encoding: .utf8)
        let own = ["help", "version", "name", "to"]
        let input = "[[input]]\nname = \"a\"\nmodel = \"none.gguf\"\n"
        let sink = input + "[[sink]]\nname = \"s\"\nto = \"stdout\"\n"
        for command in ["listen", "watch"] {
            let help = try Executable.tacit.run([command, "--help"]).standardOutput
            let flags = Set(help.matches(of: /(?m)^  --([a-z-]+)/).map { String($0.output.1) }).subtracting(own)
                .sorted()
            #expect(flags.count > 30)
            // As a table, which none of them is; no more at once than there are lines for.
            for first in stride(from: 0, to: flags.count, by: 10) {
                let some = flags[first..<min(first + 10, flags.count)]
                let keys = some.map { "\($0) = {}\n" }.joined()
                let said = try [input, sink].map { try check($0 + keys).standardError }.joined()
                for flag in some {
                    #expect(said.contains(": \(flag): expected"), "\(command) --\(flag)")
                    #expect(page.contains("`\(flag)`"), "\(flag)")
                }
            }
        }
    }

    @Test func otherTrouble() throws {
        let none = try Executable.tacit.run(["check", inputs.folder.path("none.toml")])
        #expect(none.status == 66 && none.errorLines.count == 1)
        let folder = try Executable.tacit.run(["run", inputs.folder.path("")])
        #expect(folder.status == 66 && folder.errorLines.count == 1)
        let usage = try Executable.tacit.run(["check"])
        #expect(usage.status == 64)
        // Nothing starts that has not been found well.
        let outcome = try inputs.run(inputs.table(inputs.all[0]) + inputs.table(inputs.all[1], "foo = 1"))
        #expect(outcome.status == 65 && outcome.output.isEmpty)
    }
}
