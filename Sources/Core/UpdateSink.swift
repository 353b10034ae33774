import TacitDiagnostics
import TacitFrontEnd
import TacitLive

/// Turns what a stream tells into owned values.
final class UpdateSink: Sink {
    private(set) var names: [String]
    private let body: (StreamUpdate) throws -> Void
    /// What the closure threw; it is not called again then.
    private(set) var failure: (any Error)?

    init(names: [String], _ body: @escaping (StreamUpdate) throws -> Void) {
        self.names = names
        self.body = body
    }

    func labels(_ reading: LiveReading) throws {
        var frame: (index: Int, dropped: Int)?
        if case .frame(let index, let dropped) = reading.place { frame = (index, dropped) }
        try tell(
            .labels(
                StreamUpdate.Labels(
                    time: reading.time, prediction: Prediction(reading, names: names), level: reading.level,
                    frame: frame)))
    }

    func event(_ event: LiveEvent) throws {
        try tell(
            .event(
                StreamUpdate.Event(
                    id: event.id.description, isOn: event.state == .on,
                    label: Label(index: event.label, name: names[event.label], score: event.score), time: event.time,
                    wallMilliseconds: event.wallMilliseconds)))
    }

    func relabel(_ labels: StreamLabels) { names = labels.eventNames }

    func gap(_ gap: LiveGap) throws {
        try tell(.gap(StreamUpdate.Gap(time: gap.time, lostSeconds: gap.lostSeconds, reason: gap.reason)))
    }

    func broken(_ error: TacitError) { try? tell(.broken(error)) }

    /// - Throws: what the closure threw where nothing could be thrown on.
    func finish() throws {
        if let failure { throw failure }
    }

    private func tell(_ update: StreamUpdate) throws {
        if let failure { throw failure }
        do {
            try body(update)
        } catch {
            failure = error
            throw error
        }
    }
}
