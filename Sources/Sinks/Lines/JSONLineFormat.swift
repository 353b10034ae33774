import TacitLabelling
import TacitLive
import TacitText

/// A stream's news as JSON Lines.
package struct JSONLineFormat: LineFormat {
    private var labels: StreamLabels
    private var eventNames: [String]
    private let hasLogits: Bool
    /// The input's name, that events carry.
    private let source: String?
    /// Whether other lines than events carry it as well.
    private let namesAll: Bool
    /// Whether an event's state is said a second time, as `event_type`.
    private let hasEventType: Bool
    private var line: JSONLine

    package var bytes: [UInt8] { line.bytes }

    /// - Parameters:
    ///   - stream: whose news it is.
    ///   - hasLogits: whether readings carry all logits, where the stream has them.
    ///   - hasEventType: whether an event's state is said a second time, as `event_type`.
    package init(_ stream: StreamDescription, hasLogits: Bool = true, hasEventType: Bool = false) {
        labels = stream.streamLabels
        eventNames = labels.eventNames
        self.hasLogits = hasLogits && stream.hasLogits
        source = stream.source
        namesAll = stream.isOneOfMany
        self.hasEventType = hasEventType
        line = JSONLine(capacity: LineLength.bound(labels: eventNames))
    }

    package mutating func labels(_ reading: LiveReading, _ ranking: Ranking) {
        line.begin()
        line.string("type", "labels")
        line.seconds("time", reading.time)
        switch reading.place {
        case .span(let start, let end):
            line.span((start, end))
        case .frame(let number, let dropped):
            line.integer("frame", number)
            line.integer("dropped", dropped)
        }
        line.time("wall", reading.wall)
        line.labels(ranking, names: labels.names, learnedFrom: labels.learnedFrom, scores: reading.scores)
        if let level = reading.level {
            line.float("level_db", Float(level))
        }
        line.milliseconds("inference_ms", reading.inferenceSeconds * 1000)
        if hasLogits {
            line.key("logits")
            logits(reading.logits)
        }
        nameSource()
        line.end()
    }

    /// In the order of the labels that there are.
    private mutating func logits(_ logits: UnsafeBufferPointer<Float>) {
        guard !labels.forgotten.isEmpty else { return line.floats(logits) }
        line.beginArray()
        for index in logits.indices where !labels.forgotten.contains(index) { line.float(logits[index]) }
        line.endArray()
    }

    package mutating func relabel(_ labels: StreamLabels) {
        self.labels = labels
        eventNames = labels.eventNames
        line = JSONLine(capacity: LineLength.bound(labels: eventNames))
    }

    package mutating func event(_ event: LiveEvent) {
        line.begin()
        line.string("type", "event")
        line.string("state", event.state.rawValue)
        line.string("label", eventNames[event.label])
        line.learned(labels.isLearned(event: event.label))
        line.seconds("time", event.time)
        line.float("score", event.score)
        line.time("wall", event.wall)
        line.id("id", event.id)
        if let clip = event.clip {
            line.quoted("clip") { clip.write(to: &$0) }
        }
        if let source {
            line.string("source", source)
        }
        if hasEventType {
            line.string("event_type", event.state.rawValue)
        }
        line.end()
    }

    package mutating func gap(_ gap: LiveGap) {
        line.begin()
        line.gap(gap)
        nameSource()
        line.end()
    }

    /// Of a line that tells no event, which stands among other streams' lines.
    private mutating func nameSource() {
        guard namesAll, let source else { return }
        line.string("source", source)
    }
}
