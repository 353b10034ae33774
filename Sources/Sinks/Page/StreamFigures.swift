import TacitDiagnostics
import TacitLive

/// Sums of a stream since it began, and how things stand.
struct StreamFigures {
    /// Upper ends of the histogram's buckets, in seconds.
    static let buckets = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]
    static let reasons = LiveGap.Reason.allCases

    /// By what events may be about: how often it began, and ceased, to hold.
    private(set) var began: [Int]
    private(set) var ceased: [Int]
    private(set) var isOn: [Bool]
    /// Of the last reading, `[labels]`: as events are decided by them.
    private(set) var scores: [Float]
    /// By reason: gaps, and seconds in them.
    private(set) var gaps = [Int](repeating: 0, count: StreamFigures.reasons.count)
    private(set) var lostSeconds = [Double](repeating: 0, count: StreamFigures.reasons.count)
    /// Readings whose inference took no longer than a bucket's end and longer than the one's before; then all others.
    private(set) var inferences = [Int](repeating: 0, count: StreamFigures.buckets.count + 1)
    private(set) var inferenceSeconds = 0.0
    private(set) var lastInference = 0.0
    private(set) var readings = 0
    private(set) var heardSeconds = 0.0
    private(set) var dropped = 0
    private(set) var level: Double?
    /// The stream's, at the last reading.
    private(set) var time = 0.0
    /// When samples or frames came last.
    private(set) var lastSign: Double?

    init(labels: Int, names: Int) {
        began = Array(repeating: 0, count: names)
        ceased = began
        isOn = Array(repeating: false, count: names)
        scores = Array(repeating: 0, count: labels)
    }

    /// As they are now, in memory of their own: a copy that shared it would have the stream take new one with its next
    /// word.
    var snapshot: StreamFigures {
        var copy = self
        copy.began = began.map { $0 }
        copy.ceased = ceased.map { $0 }
        copy.isOn = isOn.map { $0 }
        copy.scores = scores.map { $0 }
        copy.gaps = gaps.map { $0 }
        copy.lostSeconds = lostSeconds.map { $0 }
        copy.inferences = inferences.map { $0 }
        return copy
    }

    mutating func grow(toLabels labels: Int, names: Int) {
        scores += Array(repeating: 0, count: max(0, labels - scores.count))
        let more = max(0, names - began.count)
        began += Array(repeating: 0, count: more)
        ceased += Array(repeating: 0, count: more)
        isOn += Array(repeating: false, count: more)
    }

    mutating func advanced() { lastSign = Stopwatch.now }

    mutating func heard(seconds: Double) {
        heardSeconds += seconds
        advanced()
    }

    mutating func take(_ reading: LiveReading) {
        readings += 1
        time = reading.time
        level = reading.level
        if case .frame(_, let dropped) = reading.place { self.dropped = dropped }
        for index in scores.indices { scores[index] = reading.smoothed[index] }
        lastInference = reading.inferenceSeconds
        inferenceSeconds += reading.inferenceSeconds
        inferences[Self.buckets.firstIndex { reading.inferenceSeconds <= $0 } ?? Self.buckets.count] += 1
    }

    mutating func take(_ quiet: LiveQuiet) {
        time = quiet.time
        level = quiet.level
        for index in scores.indices { scores[index] = quiet.smoothed[index] }
    }

    mutating func take(_ event: LiveEvent) {
        isOn[event.label] = event.state == .on
        if event.state == .on { began[event.label] += 1 } else { ceased[event.label] += 1 }
    }

    mutating func take(_ gap: LiveGap) {
        guard let index = Self.reasons.firstIndex(of: gap.reason) else { return }
        gaps[index] += 1
        lostSeconds[index] += gap.lostSeconds
    }

    /// Whether samples or frames came within so many seconds.
    func isAlive(within seconds: Double) -> Bool { lastSign.map { Stopwatch.now - $0 <= seconds } ?? false }
}
