import TacitDiagnostics
import TacitPrograms
import Testing

/// A program and its arguments in one line, and where it is found.
@Suite struct ProgramLineTests {
    @Test func wordsAreSplitAsAShellDoes() throws {
        let words = try ProgramLine.words("/opt/bin/cam  --name 'the yard' \"a b\"c \\$x", given: "x", expected: "y")
        #expect(words == ["/opt/bin/cam", "--name", "the yard", "a bc", "$x"])
    }

    @Test(arguments: [
        ("cam 'x", "--to exec:cam 'x: a quote or a backslash without its end"),
        (" ", "--to exec: : expected exec:COMMAND"),
        ("'' x", "--to exec:'' x: expected exec:COMMAND"),
    ])
    func whatIsNoLineIsToldWithIt(text: String, reason: String) {
        #expect(throws: TacitError(.usage, reason)) {
            try ProgramLine.words(text, given: "--to exec:\(text)", expected: "exec:COMMAND")
        }
    }

    @Test func programsAreFoundAsAShellFindsThem() {
        #expect(ProgramLine.path(of: "/bin/sh") == "/bin/sh")
        #expect(ProgramLine.path(of: "sh")?.hasSuffix("/sh") == true)
        for name in ["/bin", "/etc/passwd", "/bin/no-such-program", "no-such-program-anywhere"] {
            #expect(ProgramLine.path(of: name) == nil)
        }
    }
}
