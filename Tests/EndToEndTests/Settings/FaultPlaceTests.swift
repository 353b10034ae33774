import TacitTestSupport
import Testing

/// `tacit check`: one line for one fault, at the key that has it.
@Suite struct FaultPlaceTests {
    private let inputs: SeveralInputs

    init() throws { inputs = try SeveralInputs() }

    private func faults(_ text: String) throws -> [String] {
        let outcome = try Executable.tacit.run(["check", try inputs.write(text)])
        #expect(outcome.status == 65 && outcome.output.isEmpty, "\(outcome.standardError)")
        return outcome.errorLines
    }

    /// The engine knows of instruction sets, not of keys.
    @Test func anInstructionSetThatThereIsNot() throws {
        let lines = try faults(inputs.table(inputs.all[0], "weights-isa = \"abacus\""))
        #expect(lines.count == 1)
        #expect(
            lines.allSatisfy { $0.contains("settings.toml:10:1: weights-isa: no instruction set \"abacus\"") },
            "\(lines)")
    }

    /// A label that may be taught is none, and neither is one that was forgotten; what looks like another label is.
    @Test func aLabelThatIsNotThere() throws {
        let labels = inputs.folder.path("my.labels")
        let sound = try #require(inputs.firstKeys.first { $0.key == "input" }).value
        #expect(
            try Executable.tacit.run(["learn", inputs.first.path, "doorbell", sound, "--labels", labels]).status == 0)
        let taught = inputs.table(inputs.all[0], "labels = \"\(labels)\"")
        func label(_ name: String) -> String { "[label.\"\(name)\"]\nthreshold = 0.5\n" }
        for name in ["doorbell", "kettle"] {
            let outcome = try Executable.tacit.run(["check", try inputs.write(taught + label(name))])
            #expect(outcome.status == 0, "\(outcome.standardError)")
        }
        for (text, word) in [
            (taught + label("dorbell"), "perhaps 'doorbell'"),
            (inputs.table(inputs.all[0]) + label("kettle"), "no input's model has a label 'kettle'"),
        ] {
            let lines = try faults(text)
            #expect(lines.count == 1 && lines.allSatisfy { $0.contains(word) }, "\(lines)")
        }
    }

    @Test func aLabelWithoutAName() throws {
        let lines = try faults(inputs.table(inputs.all[0]) + "[label.\"\"]\nthreshold = 0.5\n")
        #expect(lines.count == 1)
        #expect(lines.allSatisfy { $0.contains("label: its name is no plain text") }, "\(lines)")
    }
}
