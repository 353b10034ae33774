import TacitCore
import TacitDiagnostics
import TacitLive

/// What a model said last, kept until it says more. Allocates only when another model is loaded or labels come.
final class ResultSink: Sink {
    private(set) var scores: [Float] = []
    private(set) var logits: [Float] = []
    private(set) var embedding: [Float] = []
    private(set) var span = (start: 0.0, end: 0.0)
    private(set) var hasResult = false
    /// Whether there was a reading, and whether there was any news, since `forgetNews`.
    private(set) var hasReading = false
    private(set) var hasNews = false
    private var events: [LiveEvent] = []
    private var eventsTaken = 0
    /// How many events, the last of all, wait to be told with the next reading: of labels that went before it.
    private var early = 0
    /// Whether the stream is coming to its end, so that events are news without a reading.
    var isEnding = false
    private var order: [Int] = []

    /// Makes room for a model's vectors.
    func begin(labels: Int, width: Int) {
        scores = Array(repeating: 0, count: labels)
        logits = scores
        embedding = Array(repeating: 0, count: width)
        order = []
        order.reserveCapacity(labels)
        forget()
        events.reserveCapacity(labels)
    }

    func forgetNews() {
        hasReading = false
        hasNews = false
    }

    /// What a stream decided is still there to be told.
    func forgetResult() { hasResult = false }

    func forget() {
        forgetResult()
        forgetNews()
        events.removeAll(keepingCapacity: true)
        eventsTaken = 0
        early = 0
    }

    /// Whether there are events that came without a reading, and that nobody has asked for.
    var hasEarlyEvents: Bool { early > 0 && eventsTaken < events.count }

    /// They are told with what there is, not with the next reading.
    func forgetEarlyEvents() { early = 0 }

    func require() throws {
        guard hasResult else { throw TacitError(.usage, "the model has said nothing yet") }
    }

    func take(_ prediction: Prediction) {
        scores = prediction.scores
        logits = prediction.logits
        embedding = prediction.embedding
        span = prediction.span.map { ($0.lowerBound, $0.upperBound) } ?? (0, 0)
        hasResult = true
    }

    func labels(_ reading: LiveReading) {
        switch reading.place {
        case .span(let start, let end): span = (start, end)
        case .frame: span = (reading.time, reading.time)
        }
        // Labels have come since the reading before; there is room for them.
        while scores.count < reading.scores.count {
            scores.append(0)
            logits.append(0)
        }
        for index in 0..<min(scores.count, reading.scores.count) {
            scores[index] = reading.scores[index]
            logits[index] = reading.logits[index]
        }
        for index in 0..<min(embedding.count, reading.embedding.count) { embedding[index] = reading.embedding[index] }
        // Events that nobody asked for are of an earlier reading, but for those that came after it.
        if early == 0 {
            events.removeAll(keepingCapacity: true)
        } else {
            events.removeFirst(max(eventsTaken, events.count - early))
        }
        eventsTaken = 0
        early = 0
        hasResult = true
        hasReading = true
        hasNews = true
    }

    func event(_ event: LiveEvent) {
        events.append(event)
        // A label that went is told with the next reading: a push that comes back without one has taken all samples.
        if hasReading || isEnding { hasNews = true } else { early += 1 }
    }

    func relabel(_ labels: StreamLabels) {
        scores.reserveCapacity(labels.names.count)
        logits.reserveCapacity(labels.names.count)
        events.reserveCapacity(2 * labels.names.count)
    }

    func gap(_ gap: LiveGap) {}

    func nextEvent() -> LiveEvent? {
        guard eventsTaken < events.count else { return nil }
        eventsTaken += 1
        return events[eventsTaken - 1]
    }
}
