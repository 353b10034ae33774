import TacitConsole

/// A stream's news as lines on standard output.
///
/// Where the stream waits for its reader, each line is simply written. Where it doesn't (`LineOutlet`), a reader who
/// falls behind misses labels, and is told so by a gap with the reason `output` and the seconds of the stream that
/// they were about. Events and other gaps have room of their own in the queue; if even that is full they are owed
/// (`Arrears`), so that what is on and off, and how much was lost, is always true once the reader has caught up.
final class LiveLines<Format: LineFormat>: SoundOutput {
    private var format: Format
    private var ranking: Ranking
    private let outlet: LineOutlet
    private var arrears: Arrears

    init(_ format: Format, ranking: Ranking, labels: Int, outlet: LineOutlet) {
        self.format = format
        self.ranking = ranking
        self.outlet = outlet
        arrears = Arrears(labels: labels)
    }

    var secondsAtOnce: Double { 1 }
    func samples(_ samples: UnsafeBufferPointer<Float>, time: Double) {}

    func labels(_ reading: LiveReading) throws {
        if !arrears.isEmpty, outlet.hasCaughtUp { try settle() }
        if arrears.isEmpty {
            ranking.rank(reading.scores)
            format.labels(reading, ranking)
            if try outlet.write(format.bytes, mayFill: false) { return arrears.told(reading.time) }
            Log.shared.line { $0.append("standard output is read too slowly: labels are lost") }
        }
        arrears.lose(labelsAt: reading.time)
    }

    func event(_ event: LiveEvent) throws {
        if !arrears.owesNews {
            format.event(event)
            if try outlet.write(format.bytes, mayFill: true) { return }
        }
        arrears.owe(event)
    }

    func gap(_ gap: LiveGap) throws {
        arrears.told(gap.time)
        if !arrears.owesNews {
            format.gap(gap)
            if try outlet.write(format.bytes, mayFill: true) { return }
        }
        arrears.owe(gap)
    }

    func finish() throws {
        while !arrears.isEmpty {
            outlet.waitUntilEmpty()
            try settle()
        }
        outlet.waitUntilEmpty()
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
