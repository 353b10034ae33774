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
        #expect(lines.allSatisfy { $0.contains("settings.toml:10:1: weights-isa: no instruction set \"abacus\"") }, "\(lines)")
    }

    @Test func aLabelWithoutAName() throws {
        let lines = try faults(inputs.table(inputs.all[0]) + "[label.\"\"]\nthreshold = 0.5\n")
        #expect(lines.count == 1)
        #expect(lines.allSatisfy { $0.contains("label: its name is no plain text") }, "\(lines)")
    }
}
