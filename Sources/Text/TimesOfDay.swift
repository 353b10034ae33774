import TacitDiagnostics

/// Stretches of a day, by the clock on the wall.
package struct TimesOfDay: Equatable, Sendable {
    /// Seconds after midnight, from the first to one past the last. None spans midnight: such a one is two.
    package let stretches: [Range<Int>]

    package init(_ stretches: [Range<Int>]) { self.stretches = stretches }

    package var isEmpty: Bool { stretches.isEmpty }

    /// Both.
    package static func + (one: TimesOfDay, other: TimesOfDay) -> TimesOfDay {
        TimesOfDay(one.stretches + other.stretches)
    }

    /// The same times in stretches that rise and don't touch, so that two that mean the same are equal.
    package var merged: TimesOfDay {
        var rising: [Range<Int>] = []
        for stretch in stretches.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = rising.last, stretch.lowerBound <= last.upperBound {
                rising[rising.count - 1] = last.lowerBound..<max(last.upperBound, stretch.upperBound)
            } else {
                rising.append(stretch)
            }
        }
        return TimesOfDay(rising)
    }

    /// From `22:00-06:30`; `24:00` is midnight at a day's end. nil for any other text, and for no time at all.
    package init?(_ text: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(Self.seconds)
        guard ends.count == 2, let start = ends[0], let end = ends[1], start != end, start < Self.day else {
            return nil
        }
        stretches = start < end ? [start..<end] : [start..<Self.day, 0..<end].filter { !$0.isEmpty }
    }

    package static let day = 86_400

    /// Allocates nothing.
    package func contains(_ second: Int) -> Bool {
        for stretch in stretches where stretch.contains(second) { return true }
        return false
    }

    private static func seconds(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy(\.isASCIIDigit) }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60
        else { return nil }
        let second = (hour * 60 + minute) * 60
        return second <= day ? second : nil
    }
}
