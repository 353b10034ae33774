import TacitConsole
import TacitLabelling
import TacitLive

/// A stream's news as lines.
///
/// Where the stream doesn't wait (`LineOutlet`), a reader who falls behind misses labels, and is told so by a gap with
/// the reason `output` and the seconds of the stream that they were about. Events and other gaps have room of their own
/// in the queue; if even that is full they are owed (`Arrears`), so that what is on and off, and how much was lost, is
/// always true once the reader has caught up. The names of events that are never told go to the log.
final class LiveLines<Format: LineFormat>: Sink {
    private var format: Format
    private var ranking: Ranking
    private let outlet: LineOutlet
    private var stream: StreamDescription
    private var arrears: Arrears
    private let losses = LogSpeaker()

    init(_ format: Format, _ stream: StreamDescription, outlet: LineOutlet) {
        self.format = format
        self.outlet = outlet
        self.stream = stream
        ranking = stream.ranking
        arrears = Arrears(labels: stream.eventNames.count)
    }

    func labels(_ reading: LiveReading) throws {
        if !arrears.isEmpty, outlet.hasCaughtUp { try settle() }
        if arrears.isEmpty {
            ranking.rank(reading.scores)
            format.labels(reading, ranking)
            if try outlet.write(format.bytes, mayFill: false) { return arrears.told(reading.time) }
            losses.line {
                $0.append(string: outlet.name)
                $0.append(outlet.trouble)
                $0.append(": labels are lost")
            }
        }
        SinkLosses.lines.add()
        arrears.lose(labelsAt: reading.time)
    }

    func event(_ event: LiveEvent) throws {
        if !arrears.owesNews {
            format.event(event)
            if try outlet.write(format.bytes, mayFill: true) { return }
        }
        guard let cancelled = arrears.owe(event) else { return }
        for _ in 0..<2 { SinkLosses.lines.add() }
        losses.line {
            $0.append(string: outlet.name)
            $0.append(outlet.trouble)
            $0.append(": events ")
            cancelled.id.write(to: &$0)
            $0.append(" and ")
            event.id.write(to: &$0)
            $0.append(" are lost")
        }
    }

    func gap(_ gap: LiveGap) throws {
        arrears.told(gap.time)
        if !arrears.owesNews {
            format.gap(gap)
            if try outlet.write(format.bytes, mayFill: true) { return }
        }
        arrears.owe(gap)
    }

    func relabel(_ labels: StreamLabels) {
        stream = stream.relabelled(labels)
        format.relabel(labels)
        ranking = stream.ranking
        arrears.reserve(labels: labels.eventNames.count)
    }

    func finish() throws {
        while !arrears.isEmpty {
            try outlet.waitUntilEmpty()
            try settle()
        }
        try outlet.waitUntilEmpty()
    }

    /// Says what is owed, as much as there is room for.
    private func settle() throws {
        while let next = arrears.next {
            switch next {
            case .event(let event): format.event(event)
            case .gap(let gap): format.gap(gap)
            }
            guard try outlet.write(format.bytes, mayFill: true) else { return }
            arrears.removeNext()
        }
    }
}
