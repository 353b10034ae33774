import Glibc
import TacitFrontEnd
import TacitLive

/// Several sinks as one, told everything in their order.
///
/// One that throws is told nothing more; what it threw goes to the stream once all others have been told, and ends it.
package final class Tee: Sink {
    private struct Branch {
        let sink: any Sink
        let ending: Ending
        var hasFailed = false
    }

    private var branches: [Branch]

    package init(_ sinks: [any Sink]) { branches = sinks.map { Branch(sink: $0, ending: Ending($0)) } }

    package var secondsAtOnce: Double { branches.reduce(1) { min($0, $1.sink.secondsAtOnce) } }

    package func samples(_ samples: UnsafeBufferPointer<Float>, time: Double) throws {
        try each { try $0.samples(samples, time: time) }
    }

    package func picture(_ seen: PixelView) throws { try each { try $0.picture(seen) } }
    package func passed(time: Double) throws { try each { try $0.passed(time: time) } }
    package func labels(_ reading: LiveReading) throws { try each { try $0.labels(reading) } }
    package func event(_ event: LiveEvent) throws { try each { try $0.event(event) } }
    package func gap(_ gap: LiveGap) throws { try each { try $0.gap(gap) } }

    /// Waits for all at the same time, so that a slow one keeps no other from being told what is left.
    package func finish() throws {
        for branch in branches.dropFirst() where !branch.hasFailed { branch.ending.start() }
        if let first = branches.first, !first.hasFailed { first.ending.run() }
        for branch in branches.dropFirst() { branch.ending.join() }
        for branch in branches {
            if let error = branch.ending.error { throw error }
        }
    }

    private func each(_ body: (any Sink) throws -> Void) throws {
        var first: (any Error)?
        for index in branches.indices where !branches[index].hasFailed {
            do {
                try body(branches[index].sink)
            } catch {
                branches[index].hasFailed = true
                first = first ?? error
            }
        }
        if let first { throw first }
    }

    /// A sink's `finish`, on a thread of its own.
    private final class Ending: @unchecked Sendable {
        private let sink: any Sink
        private var thread: pthread_t?
        private(set) var error: (any Error)?

        init(_ sink: any Sink) { self.sink = sink }

        func run() {
            do { try sink.finish() } catch { self.error = error }
        }

        func start() {
            var made = pthread_t()
            let own = Unmanaged.passRetained(self)
            let failure = pthread_create(
                &made, nil,
                { ending in
                    guard let ending else { return nil }
                    Unmanaged<Ending>.fromOpaque(ending).takeRetainedValue().run()
                    return nil
                }, own.toOpaque())
            if failure == 0 {
                thread = made
            } else {
                own.release()
                run()
            }
        }

        func join() {
            if let thread { pthread_join(thread, nil) }
        }
    }
}
