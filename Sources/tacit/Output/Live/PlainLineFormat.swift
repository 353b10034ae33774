import TacitText

/// A stream's news as lines for people, where there is no terminal to draw on.
struct PlainLineFormat: LineFormat {
    private let names: [String]
    private var line: PlainLine

    var bytes: [UInt8] { line.bytes }

    init(labels: [String]) {
        names = labels
        line = PlainLine(capacity: LineLength.bound(labels: labels))
    }

    mutating func labels(_ reading: LiveReading, _ ranking: Ranking) {
        begin(reading.time)
        line.labels(ranking, names: names, scores: reading.scores)
        line.end()
    }

    mutating func event(_ event: LiveEvent) {
        begin(event.event.time)
        line.literal(event.event.state == .on ? "event on   " : "event off  ")
        line.text(names[event.event.label])
        line.literal(" ")
        line.decimal(Double(event.event.score), places: 3)
        line.end()
    }

    mutating func gap(_ gap: LiveGap) {
        begin(gap.time)
        line.literal("lost ")
        line.decimal(gap.lostSeconds, places: 3)
        line.literal(" s (")
        line.text(gap.reason.name)
        line.literal(")")
        line.end()
    }

    private mutating func begin(_ time: Double) {
        line.begin()
        line.decimal(time, places: 3)
        line.literal(" s  ")
    }
}
