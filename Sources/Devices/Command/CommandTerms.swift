import TacitPrograms

/// A command, and what goes with each of its runs.
struct CommandTerms: Sendable {
    let command: SourceCommand
    let settings: SourceCommandSettings
    /// Takes its standard error.
    let errors: CommandErrors
    /// Ends it if this program is killed.
    let protector: GroupGuard
    /// Gets what the user should know, on any thread.
    let note: @Sendable (CommandNote) -> Void
    let state = CommandState()
}
