import TacitLabelling
import TacitLive
import TacitText

/// What a stream has said, as far as its page tells of it: how things stand, the last day's events and gaps, and lines for
/// those that follow it. All memory is taken at the start; `deallocate` gives it back.
struct PageNews {
    private(set) var stream: StreamDescription
    private(set) var lines: LineRing
    private(set) var figures: StreamFigures
    private(set) var events = BoundedQueue<LiveEvent>(capacity: PageNews.most)
    private(set) var gaps = BoundedQueue<PastGap>(capacity: PageNews.most)
    private var format: JSONLineFormat
    private var ranking: Ranking

    /// Now by the clock that events are told by.
    var now: WallTime { stream.now() ?? .now() }

    /// A gap, and when it was told.
    struct PastGap {
        let gap: LiveGap
        let wall: WallTime
    }

    /// Events, and gaps, that are kept.
    private static let most = 8192
    /// Milliseconds that they are kept.
    private static let day = 86_400_000
    private static let bars = 10
    /// Bytes of lines that a reader may be behind.
    private static let behind = 1 << 18

    init(_ stream: StreamDescription) {
        self.stream = stream
        figures = StreamFigures(labels: stream.labels.count, names: stream.eventNames.count)
        lines = LineRing(capacity: max(Self.behind, 4 * stream.lineBound))
        format = JSONLineFormat(stream)
        ranking = Self.ranking(stream)
    }

    /// However few labels other sinks are to show: who looks at bars wants to see those that are not above anything yet.
    private static func ranking(_ stream: StreamDescription) -> Ranking {
        Ranking(
            top: stream.top == 0 ? 0 : max(stream.top, bars), threshold: nil, labels: stream.labels.count,
            among: stream.selected)
    }

    func deallocate() { lines.deallocate() }

    // MARK: From the stream

    mutating func heard(seconds: Double) { figures.heard(seconds: seconds) }

    mutating func advanced() { figures.advanced() }

    mutating func labels(_ reading: LiveReading) {
        figures.take(reading)
        ranking.rank(reading.scores)
        format.labels(reading, ranking)
        lines.append(format.bytes)
    }

    mutating func quiet(_ quiet: LiveQuiet) { figures.take(quiet) }

    mutating func event(_ event: LiveEvent) {
        figures.take(event)
        if events.isFull { _ = events.removeFirst() }
        _ = events.append(event)
        forget(by: event.wall)
        format.event(event)
        lines.append(format.bytes)
    }

    mutating func relabel(_ labels: StreamLabels) {
        stream = stream.relabelled(labels)
        figures.grow(toLabels: labels.names.count, names: labels.eventNames.count)
        format.relabel(labels)
        ranking = Self.ranking(stream)
    }

    mutating func gap(_ gap: LiveGap) {
        figures.take(gap)
        if gaps.isFull { _ = gaps.removeFirst() }
        let wall = now
        _ = gaps.append(PastGap(gap: gap, wall: wall))
        forget(by: wall)
        format.gap(gap)
        lines.append(format.bytes)
    }

    /// Leaves out events and gaps that are more than a day older than a moment.
    mutating func forget(by now: WallTime) {
        while let first = events.first, now.milliseconds - first.wall.milliseconds > Self.day {
            _ = events.removeFirst()
        }
        while let first = gaps.first, now.milliseconds - first.wall.milliseconds > Self.day {
            _ = gaps.removeFirst()
        }
    }
}
