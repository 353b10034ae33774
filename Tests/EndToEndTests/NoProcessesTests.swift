import TacitTestSupport
import Testing

/// Where `/proc` is not mounted, as in a folder that a system is being made in, nothing is mistaken for another command.
@Suite(.enabled(if: OwnMounts.areToBeHad, "nothing may be mounted here")) struct NoProcessesTests {
    @Test(arguments: [["verify", "nothing.gguf"], ["--base", "nothing", "-o", "none.gguf"]])
    func theCommandLineIsMissed(arguments: [String]) throws {
        let program = arguments[0] == "verify" ? Executable.tacit : .convert
        let outcome = try Executable.shell.run(
            OwnMounts.arguments("mount -t tmpfs none /proc", [program.path] + arguments))
        #expect(outcome.status == 74 && outcome.output.isEmpty)
        #expect(outcome.errorLines.count == 1 && outcome.standardError.contains("/proc is not mounted here"))
    }
}
