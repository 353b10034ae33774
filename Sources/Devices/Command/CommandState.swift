import TacitDiagnostics

/// How a command is doing, for the thread that reads what it delivers.
final class CommandState: @unchecked Sendable {
    struct Values: Sendable {
        /// Whether it has ever delivered anything whole.
        var hasDelivered = false
        /// Since when it doesn't any more, by `BootClock`.
        var lostSince: Double?
        /// How often it has ended without having delivered anything.
        var vainTries = 0
        /// Why the last run ended.
        var ending: CommandEnding?
        /// Whether its thread is over, and no process of it is left.
        var isOver = false
    }

    private let monitor = Monitor()
    /// The monitor's.
    private var values = Values()
    /// There is no one left to run it for.
    let stop = StopToken()

    var now: Values { monitor.locked { values } }

    /// Whether it had not been delivering before.
    func delivered() -> Bool {
        monitor.locked {
            defer {
                values.hasDelivered = true
                values.lostSince = nil
            }
            return values.lostSince != nil
        }
    }

    func ended(_ ending: CommandEnding) {
        monitor.locked {
            values.ending = ending
            if values.hasDelivered {
                values.lostSince = values.lostSince ?? BootClock.now
            } else {
                values.vainTries += 1
            }
        }
    }

    func isOver() {
        monitor.locked {
            values.isOver = true
            monitor.signal()
        }
    }

    /// Waits until it is over, for so many seconds at most.
    func waitForEnd(seconds: Double) {
        let deadline = Stopwatch.now + seconds
        monitor.locked {
            while !values.isOver, Stopwatch.now < deadline { monitor.wait(seconds: deadline - Stopwatch.now) }
        }
    }
}
