import TacitDevices
import TacitPrograms
import Testing

/// What becomes of a command that is there and does not run.
@Suite struct CommandSourceTests {
    /// Whatever fails before it is started, as a model that is not there, is said at once.
    @Test(.timeLimit(.minutes(5)))
    func oneThatWasNeverStartedIsNotWaitedFor() throws {
        let source = CommandSource(
            try SourceCommand("cat"), SourceCommandSettings(grace: 100_000),
            errors: try CommandErrors(name: "cat") { _ in }, protector: try GroupGuard()
        ) { _ in }
        source.end()
    }
}
