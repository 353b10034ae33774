import Synchronization
import TacitConsole
import TacitDevices
import TacitDiagnostics
import TacitLive
import TacitSinks
import TacitText

/// An input that runs, on a thread of its own, with a device, a model and sinks that no other input waits for.
///
/// A device or a program that is lost, or that isn't there, is waited for as the input's settings say; when that is over the
/// input begins anew, after a second, then after twice as long each time. What was a file is over with it.
final class RunningInput: @unchecked Sendable {
    let plan: InputPlan
    private let stop = StopToken()
    private let state = Mutex(State())
    private let tell: @Sendable () -> Void
    // The thread's own.
    private let log = LogSpeaker()
    private var backoff = Backoff(shortest: 1, longest: RunningInput.longestPause)
    /// What was said last, so that it isn't said again.
    private var said: String?
    /// Whether it has been opened once.
    private var hasRun = false

    private struct State {
        var isOver = false
        var ending: Ending?
    }

    /// How it ended for good.
    enum Ending: Sendable {
        case fine
        /// Its line has been written.
        case failed(TacitError.Kind)
        /// An output that all depends on has failed, or its reader is gone.
        case fatal(any Error)
    }

    /// Seconds before it begins anew, at most; a run that was longer than that makes pauses short again.
    private static let longestPause = 60.0

    /// - Parameters:
    ///   - plan: what to run.
    ///   - tell: called from its thread when it is over.
    /// - Throws: `TacitError` (I/O error) where there is no thread for it.
    init(_ plan: InputPlan, tell: @escaping @Sendable () -> Void) throws {
        self.plan = plan
        self.tell = tell
        try DetachedThread.start(for: plan.name, failing: .inputOutput) { self.serve() }
    }

    /// Asks it to end in order.
    func end() { stop.stop() }

    /// Whether its thread has done all that it had to.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// How it ended; nil while it runs.
    var ending: Ending? { state.withLock { $0.ending } }

    private func serve() {
        var ending: Ending?
        while !stop.isStopping, ending == nil { ending = attempt() }
        // What the stream held is given up by now: whoever begins in its place finds the device free.
        if stop.isStopping, case .failed = ending { ending = .fine }
        state.withLock { [ending] state in
            state.ending = ending
            state.isOver = true
        }
        tell()
    }

    /// Runs the stream to its end.
    ///
    /// - Returns: nil where it is to begin anew.
    private func attempt() -> Ending? {
        let watch = Stopwatch()
        do {
            try TacitError.advising { try run() }
            return .fine
        } catch is Process.Stopped {
            return .fine
        } catch let error as ExitStatus.Reported {
            return .failed(error.kind)
        } catch let error as TacitError {
            guard !stop.isStopping else { return .fine }
            // Settings were fine once: a label that they name may have been forgotten since, and come back.
            if plan.isLive, error.kind != .usage || hasRun {
                if watch.seconds > Self.longestPause { backoff.reset() }
                wait(after: error)
                return nil
            }
            StandardError.line("\(plan.name): \(error.description)")
            return .failed(error.kind)
        } catch {
            return .fatal(error)
        }
    }

    private func run() throws {
        let options = try plan.options()
        let program = try options.program(plan.name)
        defer { program?.endAndTell() }
        let parts = try options.parts(
            plan.identity.model, plan.terms(stop), isTaught: plan.takesCorrections, mayWrite: true)
        let opened = try parts.open(program)
        let sink = try SinkTable.open(plan.identity.sinks, opened.description)
        if said != nil {
            log.line { $0.append(string: "\(self.plan.name): there again") }
            said = nil
        }
        hasRun = true
        try opened.run(sink)
        try opened.conclude()
    }

    /// Says what is wrong, once for as long as it is the same, and waits.
    private func wait(after error: TacitError) {
        let words = error.description
        if words != said { log.line { $0.append(string: "\(self.plan.name): \(words); tried again") } }
        said = words
        stop.wait(seconds: backoff.next())
    }
}
