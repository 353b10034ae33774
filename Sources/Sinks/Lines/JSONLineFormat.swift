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
        line.key("type")
        line.string("labels")
        line.key("time")
        line.seconds(reading.time)
        switch reading.place {
        case .span(let start, let end):
            line.span((start, end))
        case .frame(let number, let dropped):
            line.key("frame")
            line.integer(number)
            line.key("dropped")
            line.integer(dropped)
        }
        line.key("wall")
        line.time(reading.wall)
        line.labels(ranking, names: labels.names, learnedFrom: labels.learnedFrom, scores: reading.scores)
        if let level = reading.level {
            line.key("level_db")
            line.float(Float(level))
        }
        line.key("inference_ms")
        line.milliseconds(reading.inferenceSeconds * 1000)
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
        line.key("type")
        line.string("event")
        line.key("state")
        line.string(event.state.rawValue)
        line.key("label")
        line.string(eventNames[event.label])
        line.learned(labels.isLearned(event: event.label))
        line.key("time")
        line.seconds(event.time)
        line.key("score")
        line.float(event.score)
        line.key("wall")
        line.time(event.wall)
        line.key("id")
        line.id(event.id)
        if let clip = event.clip {
            line.key("clip")
            line.quoted { clip.write(to: &$0) }
        }
        if let source {
            line.key("source")
            line.string(source)
        }
        if hasEventType {
            line.key("event_type")
            line.string(event.state.rawValue)
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
        line.key("source")
        line.string(source)
    }
}
