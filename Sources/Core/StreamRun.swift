import Synchronization
import TacitDiagnostics
import TacitLive

/// A stream that is opened, run and stopped: what listeners and watchers have in common.
final class StreamRun: Sendable {
    private let names: [String]
    private let make: @Sendable (StopToken, UpdateSink) throws -> LiveStream
    private let stopToken = StopToken()
    private let isRunning = Atomic<Bool>(false)

    /// - Parameter make: opens the source, on the thread that then runs the stream.
    init(
        names: [String], make: @escaping @Sendable (_ stop: StopToken, _ sink: UpdateSink) throws -> LiveStream
    ) {
        self.names = names
        self.make = make
    }

    func stop() { stopToken.stop() }

    func run(_ body: (StreamUpdate) throws -> Void) throws {
        guard !isRunning.exchange(true, ordering: .acquiringAndReleasing) else {
            throw TacitError(.usage, "the stream is running already")
        }
        defer { isRunning.store(false, ordering: .releasing) }
        try withoutActuallyEscaping(body) { body in
            let sink = UpdateSink(names: names, body)
            try make(stopToken, sink).run(sink)
        }
    }
}
