/// How many commands may run and for how long.
package struct CommandSinkSettings: Equatable, Sendable {
    package var most = 4
    /// After so many seconds a command is ended, with all that it started.
    package var seconds = 30.0

    package init() {}
}
