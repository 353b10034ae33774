import Glibc
import Synchronization
import TacitDiagnostics
import TacitLive

/// A sink's `finish`, on a thread of its own, which may never come back from it.
final class SinkEnding: @unchecked Sendable {
    private enum State {
        case idle
        case running
        case done((any Error)?)
    }

    private let sink: any Sink
    private let state = Mutex(State.idle)

    init(_ sink: any Sink) { self.sink = sink }

    /// What `finish` threw, if it has come back.
    var error: (any Error)? {
        state.withLock { if case .done(let error) = $0 { error } else { nil } }
    }

    private var isRunning: Bool {
        state.withLock { if case .running = $0 { true } else { false } }
    }

    func start() {
        state.withLock { $0 = .running }
        do { try DetachedThread.start(for: "a sink's end", failing: .cannotCreate) { self.run() } } catch { run() }
    }

    /// Waits until `finish` is back. Once there is a wish to stop, no longer than `patience` in seconds, of which it
    /// takes what it has waited. False when it is not back then.
    func wait(stop: StopToken, _ patience: inout Double) -> Bool {
        while isRunning {
            let before = Stopwatch.now
            usleep(1000)
            guard stop.isStopping else { continue }
            patience -= Stopwatch.now - before
            if patience <= 0 { return !isRunning }
        }
        return true
    }

    func run() {
        var thrown: (any Error)?
        do { try sink.finish() } catch { thrown = error }
        state.withLock { $0 = .done(thrown) }
    }
}
