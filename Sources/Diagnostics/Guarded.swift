/// What several threads share: nobody reaches it but under its lock, and who holds it can wait for what others change of it.
///
/// What isn't `Sendable` in it is not to be taken out of it. Inlined, so that no first call allocates for what Swift must know
/// of a generic function's types.
@usableFromInline
package final class Guarded<State>: @unchecked Sendable {
    @usableFromInline let monitor = Monitor()
    @usableFromInline var state: State

    package init(_ state: sending State) { self.state = state }

    @inlinable package func locked<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        try monitor.locked { try body(&state) }
    }

    /// Wakes everyone who waits.
    @inlinable package func signal() { monitor.signal() }

    /// Asks `body` now, after every signal and, where others don't tell of all that it looks at, every so many seconds, until
    /// it has an answer. The lock is open in between.
    @inlinable
    package func wait<Answer>(
        every seconds: Double? = nil, _ body: (inout State) throws -> Answer?
    ) rethrows -> Answer {
        try monitor.locked {
            while true {
                if let answer = try body(&state) { return answer }
                if let seconds { monitor.wait(seconds: seconds) } else { monitor.wait() }
            }
        }
    }

    /// Waits once, until a signal or for as many seconds as `body` says; not at all for nil.
    @inlinable package func pause(_ body: (inout State) throws -> Double?) rethrows {
        try monitor.locked {
            if let seconds = try body(&state) { monitor.wait(seconds: seconds) }
        }
    }
}
