import TacitDiagnostics
import TacitLive

/// A sink's `finish`, on a thread of its own, which may never come back from it.
///
/// The sink is this thread's from `start` on: it is told nothing more by others.
final class SinkEnding: @unchecked Sendable {
    private enum State {
        case idle
        case running
        case done((any Error)?)
    }

    private let sink: any Sink
    private let shared = Guarded(State.idle)

    init(_ sink: any Sink) { self.sink = sink }

    /// What `finish` threw, if it has come back.
    var error: (any Error)? {
        shared.locked { if case .done(let error) = $0 { error } else { nil } }
    }

    func start() {
        shared.locked { $0 = .running }
        do { try DetachedThread.start(for: "a sink's end", failing: .cannotCreate) { self.run() } } catch { run() }
    }

    /// Waits until `finish` is back. Once there is a wish to stop, no longer than `patience` in seconds, of which it
    /// takes what it has waited. False when it is not back then.
    func wait(stop: StopToken, _ patience: inout Double) -> Bool {
        var before: Double?
        return shared.wait(every: 0.02) { state in
            guard case .running = state else { return true }
            let now = Stopwatch.now
            if let before, stop.isStopping {
                patience -= now - before
                if patience <= 0 { return false }
            }
            before = now
            return nil
        }
    }

    func run() {
        var thrown: (any Error)?
        do { try sink.finish() } catch { thrown = error }
        shared.locked { $0 = .done(thrown) }
        shared.signal()
    }
}
