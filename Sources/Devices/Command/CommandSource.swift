import TacitDiagnostics
import TacitPrograms

/// Keeps a command going on a thread of its own: starts it, ends it when it falls silent, starts it again with waits that
/// grow, and ends it with all that it started when there is no one left to read.
///
/// The thread waits for nothing but the command. Nothing is allocated while a run goes on.
package final class CommandSource: Sendable {
    /// For people.
    package let name: String
    private let terms: CommandTerms
    private var state: CommandState { terms.state }

    /// Seconds without a byte after which it is started again.
    package var silence: Double { terms.settings.silence }

    /// Seconds that `end` waits: for the grace, and for a process that the kernel is about to let go.
    private static let patience = 2.5

    /// - Parameters:
    ///   - command: what to run.
    ///   - settings: how it is kept going.
    ///   - errors: takes its standard error.
    ///   - protector: ends it if this program is killed.
    ///   - note: gets what the user should know, on any thread.
    package init(
        _ command: SourceCommand, _ settings: SourceCommandSettings, errors: CommandErrors, protector: GroupGuard,
        note: @escaping @Sendable (CommandNote) -> Void
    ) {
        terms = CommandTerms(
            command: command, settings: settings, errors: errors, protector: protector, note: note)
        name = command.name
    }

    deinit { state.stop.stop() }

    /// Starts it, and waits until it delivers.
    ///
    /// - Parameters:
    ///   - intake: makes something of its bytes.
    ///   - stopDescriptor: once this one is readable or closed, there is no more waiting; negative for none.
    /// - Throws: `TacitError`: device unavailable when it can't be run, or ended without having delivered, for as long as
    ///   the settings say; bad data when what it delivers can't be read; I/O error where the system has no descriptors left.
    func start(_ intake: any CommandIntake, stopDescriptor: Int32) throws {
        let changed = try WakePipe(for: name, failure: .inputOutput)
        let worker = CommandWorker(terms: terms, intake: intake, changed: changed)
        state.begins()
        do {
            try DetachedThread.start(for: name, failing: .inputOutput) { worker.run() }
        } catch {
            state.isOver()
            throw error
        }
        let deadline = BootClock.now + terms.settings.wait
        while true {
            let now = state.now
            if now.hasDelivered { return }
            if now.vainTries > 0, let ending = now.ending {
                if case .unreadable(let reason) = ending {
                    end()
                    throw TacitError(.badData, file: name, reason)
                }
                if BootClock.now >= deadline {
                    end()
                    throw TacitError(.deviceUnavailable, file: name, reason(ending))
                }
            }
            // The clock of waiting stands still while the machine sleeps, that of the deadline does not.
            let left = now.vainTries > 0 ? Int32(min(max(deadline - BootClock.now, 0), 1) * 1000) + 1 : -1
            if changed.wait(milliseconds: left, stopDescriptor: stopDescriptor) { return }
        }
    }

    /// - Throws: `TacitError` (device lost) when it has not delivered for longer than the settings say.
    func checkLoss() throws {
        let now = state.now
        guard let since = now.lostSince, BootClock.now - since >= terms.settings.waitLost else { return }
        let words = "lost, and not back within \(terms.settings.waitLost.shortText) seconds"
        throw TacitError(.deviceLost, file: name, now.ending.map { "\(words): it \(reason($0))" } ?? words)
    }

    /// Ends it with all that it started, and waits for that, if it was started at all.
    package func end() {
        state.stop.stop()
        state.waitForEnd(seconds: terms.settings.grace + Self.patience)
    }

    /// Lines of its standard error that were neither passed on nor told of.
    package func takeLeftOut() -> Int { terms.errors.takeLeftOut() }

    private func reason(_ ending: CommandEnding) -> String {
        terms.errors.lastLine.map { "\(ending.words) (\($0))" } ?? ending.words
    }
}

/// The thread's part of it.
private struct CommandWorker: Sendable {
    let terms: CommandTerms
    let intake: any CommandIntake
    /// Wakes whoever waits for the first bytes.
    let changed: WakePipe
    private var state: CommandState { terms.state }

    func run() {
        var backoff = CommandBackoff()
        while !state.stop.isStopping {
            let (ending, seconds) = runOnce()
            guard !state.stop.isStopping else { break }
            let retry = backoff.wait(afterDelivering: seconds)
            state.ended(ending)
            // The first in vain is told by whoever waits for it, if no one waits any longer.
            let now = state.now
            if now.hasDelivered {
                terms.note(.ended(ending, retry: retry))
            } else if terms.settings.wait > 0, !ending.isUnreadable {
                terms.note(.waiting(ending, retry: retry))
            }
            changed.wake()
            state.stop.wait(seconds: retry)
        }
        state.isOver()
    }

    /// - Returns: why it ended, and for how many seconds it had delivered.
    private func runOnce() -> (CommandEnding, Double) {
        let run: CommandRun
        do {
            run = try CommandRun(terms)
        } catch {
            return (.notStarted(TacitError.reason(of: error)), 0)
        }
        var first: Double?
        var unreadable: String?
        do {
            try intake.take(run.stream) {
                guard first == nil else { return }
                first = BootClock.now
                if state.delivered() { terms.note(.returned) }
                changed.wake()
            }
        } catch {
            unreadable = TacitError.reason(of: error)
        }
        let seconds = first.map { run.lastByte - $0 } ?? 0
        let ending = run.finish(unreadable: unreadable, hasDelivered: first != nil) {
            terms.note(.stuck(process: $0))
        }
        return (ending, seconds)
    }
}
