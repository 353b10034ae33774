import Synchronization
import TacitDiagnostics
import TacitLive

/// A stream that is opened, run and stopped: what listeners and watchers have in common.
final class StreamRun: Sendable {
    private let names: [String]
    private let make: @Sendable (StopToken, UpdateSink) throws -> LiveStream
    private let stopToken = StopToken()
    /// The run that goes on; 0 where there is none.
    private let running = Atomic<Int>(0)
    private let begun = Atomic<Int>(0)

    /// - Parameter make: opens the source, on the thread that then runs the stream.
    init(
        names: [String], make: @escaping @Sendable (_ stop: StopToken, _ sink: UpdateSink) throws -> LiveStream
    ) {
        self.names = names
        self.make = make
    }

    func stop() { stopToken.stop() }

    /// Stops the stream where it is still this run that goes on.
    func stop(_ run: Int) {
        if running.load(ordering: .acquiring) == run { stop() }
    }

    /// Takes the stream for one run, which `runBegun` then is, or `giveBack` ends.
    ///
    /// - Throws: `TacitError` (usage) while another one goes on.
    func begin() throws -> Int {
        let run = begun.wrappingAdd(1, ordering: .relaxed).newValue
        guard running.compareExchange(expected: 0, desired: run, ordering: .acquiringAndReleasing).exchanged else {
            throw TacitError(.usage, "the stream is running already")
        }
        return run
    }

    func giveBack() { running.store(0, ordering: .releasing) }

    func run(_ body: (StreamUpdate) throws -> Void) throws {
        _ = try begin()
        try runBegun(body)
    }

    func runBegun(_ body: (StreamUpdate) throws -> Void) throws {
        defer { giveBack() }
        try withoutActuallyEscaping(body) { body in
            let sink = UpdateSink(names: names, body)
            let stream: LiveStream
            do {
                stream = try make(stopToken, sink)
            } catch {
                // What was called off while it was opened has not failed.
                if stopToken.isStopping { return }
                throw error
            }
            try stream.run(sink)
        }
    }
}
