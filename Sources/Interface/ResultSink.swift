import TacitCore
import TacitDiagnostics
import TacitLive

/// What a model said last, kept until it says more. Allocates only when another model is loaded.
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

    func forget() {
        hasResult = false
        forgetNews()
        events.removeAll(keepingCapacity: true)
        eventsTaken = 0
    }

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
        for index in 0..<min(scores.count, reading.scores.count) {
            scores[index] = reading.scores[index]
            logits[index] = reading.logits[index]
        }
        for index in 0..<min(embedding.count, reading.embedding.count) { embedding[index] = reading.embedding[index] }
        // Events that nobody asked for are of an earlier reading.
        events.removeAll(keepingCapacity: true)
        eventsTaken = 0
        hasResult = true
        hasReading = true
        hasNews = true
    }

    func event(_ event: LiveEvent) {
        events.append(event)
        hasNews = true
    }

    func gap(_ gap: LiveGap) {}

    func nextEvent() -> LiveEvent? {
        guard eventsTaken < events.count else { return nil }
        eventsTaken += 1
        return events[eventsTaken - 1]
    }
}
