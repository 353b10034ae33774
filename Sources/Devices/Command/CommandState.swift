import TacitDiagnostics

/// How a command is doing, for the thread that reads what it delivers.
final class CommandState: Sendable {
    struct Values: Sendable {
        /// Whether it has ever delivered anything whole.
        var hasDelivered = false
        /// Since when it doesn't any more, by `BootClock`.
        var lostSince: Double?
        /// How often it has ended without having delivered anything.
        var vainTries = 0
        /// Why the last run ended.
        var ending: CommandEnding?
        /// Whether neither its thread nor a process of it is there: so before it is started, and when it has been ended.
        var isOver = true
    }

    private let shared = Guarded(Values())
    /// There is no one left to run it for.
    let stop = StopToken()

    var now: Values { shared.locked { $0 } }

    /// Whether it had not been delivering before.
    func delivered() -> Bool {
        shared.locked { values in
            defer {
                values.hasDelivered = true
                values.lostSince = nil
            }
            return values.lostSince != nil
        }
    }

    func ended(_ ending: CommandEnding) {
        shared.locked { values in
            values.ending = ending
            if values.hasDelivered {
                values.lostSince = values.lostSince ?? BootClock.now
            } else {
                values.vainTries += 1
            }
        }
    }

    func begins() { shared.locked { $0.isOver = false } }

    func isOver() {
        shared.locked { $0.isOver = true }
        shared.signal()
    }

    /// Waits until it is over, for so many seconds at most.
    func waitForEnd(seconds: Double) {
        let deadline = Stopwatch.now + seconds
        shared.wait(every: 0.05) { $0.isOver || Stopwatch.now >= deadline ? () : nil }
    }
}
