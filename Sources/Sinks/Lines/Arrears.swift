import TacitLive

/// What a slow reader has not been told yet, in bounded memory.
///
/// Of each label at most one event is owed: an `off` after an `on` that was not told cancels it, for the reader knows
/// nothing of either. Gaps of one reason are owed as one. Labels that were lost are owed as a gap of their own, with
/// the time between readings that they cover.
package struct Arrears {
    package enum News {
        case event(LiveEvent)
        case gap(LiveGap)

        package var time: Double {
            switch self {
            case .event(let event): event.time
            case .gap(let gap): gap.time
            }
        }
    }

    /// By time.
    private var news: [News] = []
    private var lostLabels = LiveGap(time: 0, lostSeconds: 0, reason: .output)
    /// Up to where the stream is accounted for: by labels told, or by a gap.
    private var accounted = 0.0

    package init(labels: Int) {
        reserve(labels: labels)
    }

    /// Takes room for so many labels.
    package mutating func reserve(labels: Int) { news.reserveCapacity(labels + 16) }

    package var isEmpty: Bool { news.isEmpty && !hasLostLabels }
    /// Whether events or gaps of the source wait, so that others must wait behind them.
    package var owesNews: Bool { !news.isEmpty }

    private var hasLostLabels: Bool { lostLabels.lostSeconds > 0 }

    /// The stream is accounted for up to `time`, but for what is owed already.
    package mutating func told(_ time: Double) { accounted = max(accounted, time) }

    package mutating func lose(labelsAt time: Double) {
        lostLabels.lostSeconds += max(0, time - accounted)
        lostLabels.time = time
        accounted = max(accounted, time)
    }

    /// Returns the event of the same label that was owed, if one was: neither of the two is ever told.
    @discardableResult
    package mutating func owe(_ event: LiveEvent) -> LiveEvent? {
        let same = news.firstIndex {
            if case .event(let owed) = $0 { owed.label == event.label } else { false }
        }
        guard let same, case .event(let owed) = news[same] else {
            news.append(.event(event))
            return nil
        }
        news.remove(at: same)
        return owed
    }

    package mutating func owe(_ gap: LiveGap) {
        var gap = gap
        for (index, owed) in news.enumerated() {
            guard case .gap(let owed) = owed, owed.reason == gap.reason else { continue }
            gap.lostSeconds += owed.lostSeconds
            news.remove(at: index)
            break
        }
        news.append(.gap(gap))
    }

    /// What is to be said next: by time, and the labels lost after everything of the same time.
    package var next: News? {
        guard hasLostLabels else { return news.first }
        guard let first = news.first, first.time <= lostLabels.time else { return .gap(lostLabels) }
        return first
    }

    package mutating func removeNext() {
        if let first = news.first, !hasLostLabels || first.time <= lostLabels.time {
            news.removeFirst()
        } else {
            lostLabels.lostSeconds = 0
        }
    }
}
