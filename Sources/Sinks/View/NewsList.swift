import TacitLive
import TacitText

/// The last events and gaps, newest first.
struct NewsList {
    private enum Item {
        case event(LiveEvent, lasted: Double?)
        case gap(LiveGap, WallTime)
    }

    private var names: [String]
    private let hasWallTime: Bool
    /// A ring.
    private var items: [Item?]
    private var newest = 0
    private(set) var count = 0
    /// When each label last turned on, `[labels]`; NaN if it never did.
    private var begun: [Double]

    /// - Parameter hasWallTime: whether to show the time of day, and not the stream's.
    init(labels: [String], hasWallTime: Bool) {
        names = labels
        self.hasWallTime = hasWallTime
        items = Array(repeating: nil, count: 256)
        begun = Array(repeating: .nan, count: labels.count)
        // The first look at the time zone takes memory.
        if hasWallTime { _ = WallTime.now().local }
    }

    mutating func add(_ event: LiveEvent) {
        let label = event.label
        if event.state == .on {
            begun[label] = event.time
            add(.event(event, lasted: nil))
        } else {
            add(.event(event, lasted: event.time - begun[label]))
            begun[label] = .nan
        }
    }

    /// Labels came, behind those that there were.
    mutating func relabel(_ labels: [String]) {
        names = labels
        begun += Array(repeating: .nan, count: max(0, labels.count - begun.count))
    }

    mutating func add(_ gap: LiveGap) { add(.gap(gap, .now())) }

    /// Whether a label's event is on.
    func isOn(_ label: Int) -> Bool { !begun[label].isNaN }

    private mutating func add(_ item: Item) {
        newest = (newest + 1) % items.count
        items[newest] = item
        count = min(count + 1, items.count)
    }

    /// Draws the item that is `place`th from the newest, if there is one.
    func draw(_ place: Int, on line: inout ScreenLine, nameWidth: Int) {
        guard place < count, let item = items[(newest - place + items.count) % items.count] else { return }
        switch item {
        case .event(let event, let lasted):
            let isOn = event.state == .on
            drawTime(event.time, event.wall, on: &line)
            line.style(isOn ? .good : .faint)
            line.symbol(isOn ? "●" : "○", ascii: isOn ? "*" : "o")
            line.text(isOn ? " on   " : " off  ")
            line.style(isOn ? .strong : .plain)
            let start = line.column
            line.text(names[event.label], width: nameWidth)
            line.style(.plain)
            line.pad(to: start + nameWidth)
            line.decimal(Double(event.score), places: 2, width: 6)
            if let lasted, lasted.isFinite {
                line.style(.faint)
                line.text("  after ")
                line.decimal(lasted, places: 1, width: 1)
                line.text(" s")
            }
        case .gap(let gap, let wall):
            drawTime(gap.time, wall, on: &line)
            line.style(.warning)
            line.text("! lost ")
            line.decimal(gap.lostSeconds, places: 3, width: 1)
            line.text(" s (")
            line.text(gap.reason.rawValue)
            line.text(")")
        }
    }

    private func drawTime(_ time: Double, _ wall: WallTime, on line: inout ScreenLine) {
        line.style(.faint)
        if hasWallTime { line.timeOfDay(wall.local, width: 9) } else { line.clock(time, width: 9) }
        line.style(.plain)
        line.text("  ")
    }
}
