import TacitDiagnostics
import Testing

@Suite struct TacitErrorTests {
    /// A name of nothing, as an unset variable of a script's gives it, can be seen in the line.
    @Test func anEmptyNameIsShown() {
        #expect(TacitError(.noInput, file: "", "No such file").description == "'': No such file")
        #expect(TacitError(.noInput, "no such file").description == "no such file")
    }
}
