import TacitDiagnostics

/// How long a command that has ended is left alone before it is started again: half a second, twice as long after each
/// run that was too short, half a minute at most.
package struct CommandBackoff: Equatable, Sendable {
    /// Seconds.
    private static let shortest = 0.5
    package static let longest = 30.0
    /// Seconds of delivering that make a run a good one, after which waits begin anew.
    private static let goodRun = 10.0

    private var backoff = Backoff(shortest: CommandBackoff.shortest, longest: CommandBackoff.longest)

    package init() {}

    /// - Parameter seconds: for which the run that has just ended had delivered; 0 for one that never did.
    /// - Returns: the seconds to wait.
    package mutating func wait(afterDelivering seconds: Double) -> Double {
        if seconds >= Self.goodRun { backoff.reset() }
        return backoff.next()
    }
}
