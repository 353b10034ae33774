import TacitLabelling
import TacitText

/// What becomes of a stream's events before anyone is told of them: labels that speak under one name, and hours in
/// which nothing is said.
///
/// A name is on while any of its labels is on for which it is not quiet. So a group's event begins with the first of
/// its labels and ends with the last; what is on when quiet hours begin is told to be off, and what is on when they end
/// is told to be on. Both are noticed at the next reading. Nothing is allocated after the initialiser but by `relabel`,
/// and where the machine is given another zone.
package final class EventRules {
    /// What becomes of a label's events.
    package struct Rule {
        /// The group (index) under whose name they are told; nil for the label's own.
        var group: Int?
        /// When nothing is said of it.
        var quiet: TimesOfDay

        package init(group: Int? = nil, quiet: TimesOfDay = TimesOfDay([])) {
            self.group = group
            self.quiet = quiet
        }
    }

    /// What events may be about: a label by itself, or a group.
    private struct Name {
        var members: [Int]
        var isTold = false
    }

    /// `[labels + groups]`; a label that speaks through a group has no members here.
    private var names: [Name]
    /// `[labels]`: as the detector has it.
    private var isOn: [Bool]
    /// `[labels]`
    private var quiet: [TimesOfDay]
    private var hasQuiet: Bool
    /// Where groups stand among names.
    private let firstGroup: Int
    private let secondOfDay: () -> Int
    /// The end of the last reading.
    private var last = (sample: 0, time: 0.0)

    /// Local time, by the zone that the machine has now.
    package static func wallClock() -> Int {
        ZoneWatch.machine.look()
        let time = WallTime.now().local
        return (time.hour * 60 + time.minute) * 60 + time.second
    }

    /// - Parameters:
    ///   - labels: how many the model has.
    ///   - groups: by name's order, the labels (indices) that speak under it; a label in at most one. A group may be
    ///     without any, for labels that come while the stream runs.
    ///   - quiet: `[labels]`: when nothing is said of each.
    ///   - secondOfDay: seconds after midnight, on the clock that `quiet` goes by.
    package init(
        labels: Int, groups: [[Int]], quiet: [TimesOfDay],
        secondOfDay: @escaping () -> Int = EventRules.wallClock
    ) {
        let grouped = Set(groups.joined())
        names = (0..<labels).map { Name(members: grouped.contains($0) ? [] : [$0]) } + groups.map { Name(members: $0) }
        isOn = Array(repeating: false, count: labels)
        self.quiet = quiet
        hasQuiet = quiet.contains { !$0.isEmpty }
        firstGroup = labels
        self.secondOfDay = secondOfDay
        // The first look at the time zone takes memory.
        if hasQuiet { _ = secondOfDay() }
    }

    /// Replaces what the detector decided at a reading by what is to be told.
    ///
    /// - Parameters:
    ///   - events: by label; afterwards by name.
    ///   - scores: `[labels]`, smoothed.
    ///   - sample: the reading's end.
    ///   - time: the same in seconds.
    package func take(
        _ events: inout [DetectedEvent], scores: UnsafeBufferPointer<Float>, sample: Int, time: Double
    ) {
        last = (sample, time)
        note(events)
        events.removeAll(keepingCapacity: true)
        let second = hasQuiet ? secondOfDay() : 0
        for name in names.indices {
            var isWanted = false
            var score: Float?
            for label in names[name].members {
                if isOn[label], !(hasQuiet && quiet[label].contains(second)) {
                    if !isWanted { score = nil }
                    isWanted = true
                } else if isWanted {
                    continue
                }
                score = max(score ?? scores[label], scores[label])
            }
            guard isWanted != names[name].isTold else { continue }
            names[name].isTold = isWanted
            events.append(
                DetectedEvent(
                    state: isWanted ? .on : .off, label: name, sample: sample, time: time, score: score ?? 0))
        }
    }

    /// There are more labels; their names stand behind all others (`StreamLabels.eventNames`). May allocate.
    ///
    /// - Parameters:
    ///   - count: how many there are now.
    ///   - rule: of a label that is new, by its place.
    package func relabel(labels count: Int, new rule: (Int) -> Rule) {
        for label in isOn.count..<max(isOn.count, count) {
            let own = rule(label)
            names.append(Name(members: own.group == nil ? [label] : []))
            if let group = own.group { names[firstGroup + group].members.append(label) }
            quiet.append(own.quiet)
            hasQuiet = hasQuiet || !own.quiet.isEmpty
            isOn.append(false)
        }
    }

    /// The same where no reading decided it: at the end of the last.
    func take(_ events: inout [DetectedEvent], scores: UnsafeBufferPointer<Float>) {
        take(&events, scores: scores, sample: last.sample, time: last.time)
    }

    /// The stream is over: what was told to be on is told to be off.
    ///
    /// - Parameter events: what the detector ended, by label; afterwards by name.
    package func finish(_ events: inout [DetectedEvent]) {
        note(events)
        // The detector ends all at one place; what only a rule had told ends at the last reading.
        let place = events.first.map { ($0.sample, $0.time) } ?? last
        let ended = events
        events.removeAll(keepingCapacity: true)
        for name in names.indices where names[name].isTold {
            let members = names[name].members
            let scores = ended.lazy.filter { members.contains($0.label) }.map(\.score)
            events.append(
                DetectedEvent(state: .off, label: name, sample: place.0, time: place.1, score: scores.max() ?? 0))
            names[name].isTold = false
        }
    }

    private func note(_ events: [DetectedEvent]) {
        for event in events { isOn[event.label] = event.state == .on }
    }
}
