import TacitLabelling
import TacitLive
import TacitText

/// A stream's news as lines for people, where there is no terminal to draw on.
package struct PlainLineFormat: LineFormat {
    /// `[labels]`
    private var labelNames: [String]
    /// What events are about.
    private var eventNames: [String]
    /// In front of every line.
    private let source: String?
    private var line: PlainLine

    package var bytes: [UInt8] { line.bytes }

    /// - Parameters:
    ///   - labels: of the stream.
    ///   - source: the input's name, in front of every line; nil for none.
    package init(_ labels: StreamLabels, source: String? = nil) {
        labelNames = labels.names
        eventNames = labels.eventNames
        self.source = source
        line = PlainLine(capacity: LineLength.bound(labels: eventNames))
    }

    package mutating func labels(_ reading: LiveReading, _ ranking: Ranking) {
        begin(reading.time)
        line.labels(ranking, names: labelNames, scores: reading.scores)
        line.end()
    }

    package mutating func relabel(_ labels: StreamLabels) {
        labelNames = labels.names
        eventNames = labels.eventNames
        line = PlainLine(capacity: LineLength.bound(labels: eventNames))
    }

    package mutating func event(_ event: LiveEvent) {
        begin(event.time)
        line.literal(event.state == .on ? "event on   " : "event off  ")
        line.text(eventNames[event.label])
        line.literal(" ")
        line.decimal(Double(event.score), places: 3)
        line.end()
    }

    package mutating func gap(_ gap: LiveGap) {
        begin(gap.time)
        line.literal("lost ")
        line.decimal(gap.lostSeconds, places: 3)
        line.literal(" s (")
        line.text(gap.reason.rawValue)
        line.literal(")")
        line.end()
    }

    private mutating func begin(_ time: Double) {
        line.begin()
        if let source {
            line.text(source)
            line.literal("  ")
        }
        line.decimal(time, places: 3)
        line.literal(" s  ")
    }
}
