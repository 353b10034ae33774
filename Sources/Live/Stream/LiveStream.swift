import TacitDiagnostics
import TacitLabelling

/// Carries what a source gives through a labeller and an event detector to a sink, for as long as there is anything,
/// whatever the sense. Nothing is allocated here after the first label, unless labels come or go.
package final class LiveStream {
    private let sense: any StreamSense
    private let detector: EventDetector
    private let rules: EventRules?
    private let isPaced: Bool
    private let stop: StopToken
    private let moments: any StreamMoments
    private var changing: ChangingLabels?
    /// What the reading at hand decided.
    private var events: [DetectedEvent] = []
    private var pacer: Pacer?
    /// The first that a sink threw.
    private var failure: (any Error)?
    /// Whether there was a reading, or would have been one but for the gate.
    package private(set) var hasReading = false

    /// - Parameters:
    ///   - sense: where readings come from.
    ///   - detector: what becomes an event.
    ///   - isPaced: whether the source passes no faster than it was recorded.
    ///   - stop: ends the stream in order, with an `off` for every `on`.
    ///   - rules: what becomes of its events before anyone is told; nil for nothing.
    ///   - changing: labels that may come and go; nil where they stay as they are.
    ///   - moments: what is told beside what was heard or seen; nil for a stream that happens now.
    package init(
        _ sense: any StreamSense, detector: EventDetector, isPaced: Bool, stop: StopToken, rules: EventRules? = nil,
        changing: ChangingLabels? = nil, moments: (any StreamMoments)? = nil
    ) {
        self.changing = changing
        self.moments = moments ?? PresentMoments()
        self.sense = sense
        self.detector = detector
        self.rules = rules
        self.isPaced = isPaced
        self.stop = stop
        events.reserveCapacity(2 * detector.smoothedScores.count)
    }

    /// Until the source ends or fails, or a wish to stop. Whatever ends it, every event that is on is told to be off.
    ///
    /// - Throws: what the source or the sink throws.
    package func run(_ sink: any Sink) throws {
        do {
            begin(sink)
            while try step(sink) {}
        } catch let error as TacitError {
            try end(sink)
            throw error
        } catch {
            // The sink can't go on; what else there is behind it may.
            try? end(sink)
            throw error
        }
        try end(sink)
    }

    /// For who goes step by step instead of `run`: first of all.
    package func begin(_ sink: any Sink) {
        sense.begin(sink)
        pacer = isPaced ? Pacer(stop: stop) : nil
    }

    /// Tells what the source has next. False when it is over, or when there is a wish to stop: then `end` is due.
    package func step(_ sink: any Sink) throws -> Bool {
        guard !stop.isStopping else { return false }
        if let labels = changing?.change() { try relabel(labels, sink) }
        return try sense.step(self, sink)
    }

    /// Labels came or went: those that are no more are told to be off, and all go by the others from now on.
    private func relabel(_ labels: StreamLabels, _ sink: any Sink) throws {
        events.removeAll(keepingCapacity: true)
        try detector.relabel(
            thresholds: labels.thresholds, watched: labels.selected, at: sense.position, names: labels.names,
            delays: labels.delays
        ) { events.append($0) }
        rules?.relabel(labels: labels.names.count) { changing?.rule(of: $0) ?? EventRules.Rule() }
        rules?.take(&events, scores: detector.smoothedScores)
        for event in events { give { try sink.event(moments.event(event)) } }
        events.reserveCapacity(2 * labels.names.count)
        sense.grow(toLabels: labels.names.count)
        give { try sink.relabel(labels) }
        if let failure { throw failure }
    }

    /// Waits for a moment of the stream, where it is paced.
    func pace(_ seconds: Double) { pacer?.wait(for: seconds) }

    func tell(_ reading: Reading, place: LiveReading.Place, level: Double?, to sink: any Sink) throws {
        try reading.requireNumbers()
        hasReading = true
        events.removeAll(keepingCapacity: true)
        detector.take(reading) { events.append($0) }
        rules?.take(&events, scores: detector.smoothedScores, sample: reading.end, time: reading.time)
        let moment = try moments.reading(end: reading.end, inferenceSeconds: reading.inferenceSeconds)
        let told = LiveReading(
            time: reading.time, place: place, level: level, scores: reading.scores,
            smoothed: detector.smoothedScores, logits: reading.logits, embedding: reading.embedding,
            inferenceSeconds: moment.inferenceSeconds, wall: moment.wall)
        give { try sink.labels(told) }
        for event in events { give { try sink.event(moments.event(event)) } }
        if let failure { throw failure }
    }

    /// It was too quiet for a reading that would have ended at `end`.
    func tellQuiet(end: Int, time: Double, level: Double?, to sink: any Sink) throws {
        hasReading = true
        events.removeAll(keepingCapacity: true)
        detector.takeNothing(end: end) { events.append($0) }
        rules?.take(&events, scores: detector.smoothedScores, sample: end, time: time)
        give { try sink.quiet(LiveQuiet(time: time, level: level, smoothed: detector.smoothedScores)) }
        for event in events { give { try sink.event(moments.event(event)) } }
        if let failure { throw failure }
    }

    func tell(_ gap: LiveGap, to sink: any Sink) throws {
        detector.gap()
        try sink.gap(gap)
    }

    /// Tells that every event that is on is off.
    package func end(_ sink: any Sink) throws {
        events.removeAll(keepingCapacity: true)
        detector.finish(at: sense.position) { events.append($0) }
        rules?.finish(&events)
        for event in events { give { try sink.event(moments.event(event)) } }
        give { try sink.finish() }
        if let failure { throw failure }
    }

    /// For who goes step by step: what a sink threw is told, and another sink is there.
    package func forgetFailure() { failure = nil }

    /// Tells what belongs together whole, though a sink fails in the midst of it: others behind the same tee go on.
    private func give(_ news: () throws -> Void) {
        do { try news() } catch { failure = failure ?? error }
    }
}

/// What differs from sense to sense: how a source is read and labelled.
package protocol StreamSense: AnyObject {
    /// How far the stream is, in what its detector counts.
    var position: Int { get }
    /// Takes what memory it needs.
    func begin(_ sink: any Sink)
    /// Makes room for more labels, behind those that there are.
    func grow(toLabels count: Int)
    /// Waits for what the source has next and tells what the model makes of it. False when the source is over.
    func step(_ stream: LiveStream, _ sink: any Sink) throws -> Bool
}
