import TacitConsole
import TacitDiagnostics
import TacitFrontEnd
import TacitLive

/// Several sinks as one, told everything in their order.
///
/// One that throws is told nothing more; what it threw goes to the stream once all others have been told, and ends it.
package final class Tee: Sink {
    private struct Branch {
        let name: String
        let sink: any Sink
        let ending: SinkEnding
        var hasFailed = false
    }

    private var branches: [Branch]
    /// Those of the sinks that events have their clips' names from, before any is told.
    private let namers: [any ClipNaming]
    private let stop: StopToken

    /// Seconds that all together have for their end after a wish to stop.
    private static let patience = 2.0

    /// - Parameters:
    ///   - sinks: with their names, for people.
    ///   - stop: a wish after which no sink is waited for without an end.
    package init(_ sinks: [(name: String, sink: any Sink)], stop: StopToken) {
        branches = sinks.map { Branch(name: $0.name, sink: $0.sink, ending: SinkEnding($0.sink)) }
        namers = sinks.compactMap { $0.sink as? any ClipNaming }
        self.stop = stop
    }

    package var secondsAtOnce: Double { branches.reduce(1) { min($0, $1.sink.secondsAtOnce) } }

    package func samples(_ samples: UnsafeBufferPointer<Float>, time: Double) throws {
        try each { try $0.samples(samples, time: time) }
    }

    package func picture(_ seen: PixelView) throws { try each { try $0.picture(seen) } }
    package func passed(time: Double) throws { try each { try $0.passed(time: time) } }
    package func labels(_ reading: LiveReading) throws { try each { try $0.labels(reading) } }
    package func quiet(_ quiet: LiveQuiet) throws { try each { try $0.quiet(quiet) } }
    package func frame(_ frame: PixelView) throws { try each { try $0.frame(frame) } }

    package func relabel(_ labels: StreamLabels) throws { try each { try $0.relabel(labels) } }

    package func event(_ event: LiveEvent) throws {
        var event = event
        for namer in namers { namer.name(&event) }
        try each { try $0.event(event) }
    }

    package func gap(_ gap: LiveGap) throws { try each { try $0.gap(gap) } }

    /// Waits for all at the same time, so that a slow one keeps no other from being told what is left; once there is a
    /// wish to stop, not much longer for those that stand still.
    package func finish() throws {
        let left = branches.count { !$0.hasFailed }
        for branch in branches where !branch.hasFailed {
            // Alone it holds up no other, and takes no memory.
            if left == 1 { branch.ending.run() } else { branch.ending.start() }
        }
        var patience = Self.patience
        for branch in branches where !branch.ending.wait(stop: stop, &patience) {
            Log.shared.line { line in
                line.append(string: branch.name)
                line.append(" takes nothing: what it was not told yet is given up")
            }
        }
        // One that was only called off says less than one that is broken.
        let errors = branches.compactMap(\.ending.error)
        if let error = errors.first(where: { !($0 is Process.Stopped) }) ?? errors.first { throw error }
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
}
