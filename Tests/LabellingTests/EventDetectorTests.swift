import CTacitAllocationCounter
import TacitDiagnostics
import TacitLabelling
import TacitModelFile
import TacitTestSupport
import Testing

@Suite struct EventDetectorTests {
    private func reading<Result>(_ scores: [Float], end: Int, _ body: (Reading) throws -> Result) rethrows -> Result {
        try scores.withUnsafeBufferPointer { scores in
            try body(
                Reading(
                    start: 0, end: end, sampleRate: 10, logits: scores, scores: scores, embedding: scores,
                    inferenceSeconds: 0))
        }
    }

    /// Events of one label whose score changes at every tenth of a second, as (state, time in samples).
    private func events(_ scores: [Float], threshold: Float = 0.5, _ settings: EventSettings) throws -> [String] {
        let detector = try EventDetector(
            thresholds: [threshold], watched: [0], settings: settings, sampleRate: 10, hop: 1)
        var events: [String] = []
        var isOn = false
        for (index, score) in scores.enumerated() {
            reading([score], end: index + 1) { reading in
                detector.take(reading) { event in
                    events.append("\(event.state) \(event.sample)")
                    #expect(event.time == Double(event.sample) / 10)
                    let next: DetectedEvent.State = isOn ? .off : .on
                    #expect(event.state == next)
                    isOn.toggle()
                }
            }
        }
        return events
    }

    @Test func twoLevels() throws {
        // On at the threshold itself; off not at 0.8 of it, but below.
        let scores: [Float] = [0.49, 0.5, 0.45, 0.41, 0.4, 0.39, 0.45, 0.5, 0.1]
        #expect(try events(scores, .init()) == ["on 2", "off 6", "on 8", "off 9"])
        #expect(try events(scores, .init(offBelow: 1)) == ["on 2", "off 3", "on 8", "off 9"])
        #expect(try events(scores, threshold: 1, .init()).isEmpty)
        #expect(try events([1, 0.7], threshold: 1, .init()) == ["on 1", "off 2"])
    }

    /// Only so many labels are averaged, however many there are by and by; the others are on at once.
    @Test(arguments: [
        (nil, ["on 0 2", "on 1 2"]), (1, ["on 1 1", "on 0 2", "on 2 2"]), (0, ["on 0 1", "on 1 1", "on 2 2"]),
    ])
    func averagesAreOfTheFirstLabels(averaged: Int?, expected: [String]) throws {
        let detector = try EventDetector(
            thresholds: [0.5, 0.5], watched: [0, 1], settings: .init(smooth: 0.4), sampleRate: 10, hop: 1,
            averagedLabels: averaged)
        var events: [String] = []
        for (end, score) in [(0, Float(0)), (1, 0.75), (2, 0.75), (3, 0.75)] {
            let scores = [Float](repeating: score, count: end < 2 ? 2 : 3)
            if end == 2 {
                try detector.relabel(thresholds: [0.5, 0.5, 0.5], watched: [0, 1, 2], at: end, names: []) { _ in }
            }
            reading(scores, end: end) { reading in
                detector.take(reading) { events.append("\($0.state) \($0.label) \($0.sample)") }
            }
            for label in scores.indices where label >= averaged ?? 3 {
                #expect(detector.smoothedScores[label] == score)
            }
        }
        #expect(events == expected)
    }

    /// Labels that come begin with nothing behind them; those that go turn off; the others never notice.
    @Test func labelsComeAndGo() throws {
        let detector = try EventDetector(
            thresholds: [0.5, 0.5], watched: [0, 1], settings: .init(smooth: 0.2), sampleRate: 10, hop: 1)
        var events: [String] = []
        func take(_ scores: [Float], end: Int) {
            reading(scores, end: end) { reading in
                detector.take(reading) { events.append("\($0.state) \($0.label) \($0.sample)") }
            }
        }
        func relabel(_ watched: [Int], of count: Int, at sample: Int) throws {
            try detector.relabel(
                thresholds: [Float](repeating: 0.5, count: count), watched: watched, at: sample, names: []
            ) { events.append("\($0.state) \($0.label) \($0.sample)") }
        }
        take([1, 1], end: 1)
        try relabel([0, 2], of: 3, at: 2)
        #expect(events == ["on 0 1", "on 1 1", "off 1 2"])
        // The mean over two readings, of which the new label has one.
        take([1, 1, 0.9], end: 2)
        #expect(Array(detector.smoothedScores) == [1, 1, 0.45])
        take([0.7, 1, 0.9], end: 3)
        #expect(Array(detector.smoothedScores) == [0.85, 1, 0.9])
        #expect(events.dropFirst(3) == ["on 2 3"])
        try relabel([0, 1, 2], of: 3, at: 3)
        take([0, 1, 0.9], end: 4)
        take([0, 1, 0.9], end: 5)
        #expect(events.dropFirst(4) == ["on 1 4", "off 0 4"] || events.dropFirst(4) == ["off 0 4", "on 1 4"])
        try relabel([], of: 3, at: 6)
        #expect(events.dropFirst(6) == ["off 1 6", "off 2 6"])
        #expect(throws: TacitError.self) { try relabel([3], of: 3, at: 6) }
        // Scores of a stream that has not made room yet are of another.
        take([1, 1], end: 7)
        #expect(events.count == 8)
    }

    @Test func waitsMustBeUnbroken() throws {
        let scores: [Float] = [1, 1, 0, 1, 1, 1, 1, 0, 0, 0.45, 0, 0, 0, 0, 1]
        #expect(try events(scores, .init(onAfter: 0.3)) == ["on 7", "off 8"])
        #expect(try events(scores, .init(onAfter: 0.1, offAfter: 0.2)) == ["on 2", "off 13"])
        // Exact where sums of tenths are not.
        #expect(try events([0, 1, 1, 1], .init(onAfter: 0.2)) == ["on 4"])
    }

    @Test func smoothingIsTheMeanOfTheLastSeconds() throws {
        #expect(try events([0, 0, 1, 1, 1, 0, 0, 0], .init(smooth: 0.3)) == ["on 4", "off 7"])
        #expect(try events([0, 0, 1, 0, 0], .init(smooth: 0.2)) == ["on 3", "off 5"])
        #expect(try events([0, 0, 1, 0, 0], .init(smooth: 0.3)).isEmpty)
    }

    /// Against the definitions, said in another way, for random scores, hops, gaps and settings.
    @Test func agreesWithTheDefinition() throws {
        var random = RandomNumbers(seed: 1)
        var count = 0
        for _ in 0..<300 {
            let tenths = (0..<3).map { _ in Int.random(in: 0...6, using: &random) }
            let settings = EventSettings(
                smooth: Double(tenths[0]) / 10, onAfter: Double(tenths[1]) / 10, offAfter: Double(tenths[2]) / 10)
            let thresholds: [Float] = [0.3, 0.6, 0.5]
            let watched = [2, 0]
            let detector = try EventDetector(
                thresholds: thresholds, watched: watched, settings: settings, sampleRate: 10, hop: 1)
            // Readings since the last gap, with their smoothed scores, and who was on at each.
            var past: [(end: Int, scores: [Float], smoothed: [Float], on: [Bool])] = []
            var on = [false, false, false]
            var end = 0
            for _ in 0..<60 {
                if Int.random(in: 0..<20, using: &random) == 0 {
                    detector.gap()
                    past = []
                    end += 5
                }
                end += Int.random(in: 1...2, using: &random)
                let scores = (0..<3).map { _ in Float.random(in: 0...1, using: &random) }
                let recent = past.filter { $0.end > end - tenths[0] }.map(\.scores) + [scores]
                let smoothed = (0..<3).map { label in
                    Float(recent.reduce(0.0) { $0 + Double($1[label]) } / Double(recent.count))
                }
                past.append((end, scores, smoothed, on))
                var expected: [DetectedEvent] = []
                for label in watched {
                    // Readings since the state last changed that argue for changing it, back from now.
                    let isOn = on[label]
                    var since = end
                    var argues = true
                    for entry in past.reversed() {
                        argues =
                            entry.on[label] == isOn
                            && (isOn
                                ? entry.smoothed[label] < thresholds[label] * 0.8
                                : entry.smoothed[label] >= thresholds[label])
                        guard argues else { break }
                        since = entry.end
                    }
                    let now = past[past.count - 1].smoothed[label]
                    let arguesNow = isOn ? now < thresholds[label] * 0.8 : now >= thresholds[label]
                    if arguesNow, end - since >= (isOn ? tenths[2] : tenths[1]) {
                        on[label] = !isOn
                        expected.append(
                            DetectedEvent(
                                state: isOn ? .off : .on, label: label, sample: end, time: Double(end) / 10,
                                score: now))
                    }
                }
                var actual: [DetectedEvent] = []
                reading(scores, end: end) { reading in detector.take(reading) { actual.append($0) } }
                #expect(actual == expected)
                #expect(Array(detector.smoothedScores) == smoothed)
                count += actual.count
            }
        }
        #expect(count > 300)
    }

    @Test func aGapBreaksAWaitButNotAState() throws {
        let detector = try EventDetector(
            thresholds: [0.5], watched: [0], settings: .init(onAfter: 0.2), sampleRate: 10, hop: 1)
        var events: [Int] = []
        func take(_ end: Int) { reading([1], end: end) { detector.take($0) { events.append($0.sample) } } }
        take(1)
        take(2)
        detector.gap()
        take(7)
        take(8)
        #expect(events.isEmpty)
        take(9)
        #expect(events == [9])
        // What is on stays on: the end turns it off.
        detector.gap()
        detector.finish(at: 12) { events.append($0.sample) }
        #expect(events == [9, 12])
    }

    /// Every `on` has its `off`: at the latest where the stream ends.
    @Test func theEndTurnsOff() throws {
        let detector = try EventDetector(
            thresholds: [0.5, 0.5, 0.5], watched: [2, 0, 1], settings: .init(onAfter: 0.1), sampleRate: 10, hop: 1)
        var events: [DetectedEvent] = []
        for end in 1...2 { reading([1, 0.2, 0.75], end: end) { detector.take($0) { events.append($0) } } }
        #expect(events.map(\.label) == [2, 0])
        events = []
        detector.finish(at: 27) { events.append($0) }
        #expect(
            events == [
                DetectedEvent(state: .off, label: 2, sample: 27, time: 2.7, score: 0.75),
                DetectedEvent(state: .off, label: 0, sample: 27, time: 2.7, score: 1),
            ])
        events = []
        detector.finish(at: 30) { events.append($0) }
        #expect(events.isEmpty)
    }

    @Test func whatIsNoNumberIsNotHeard() throws {
        #expect(try events([.nan, 1, 1, .nan, .nan, 1], .init()) == ["on 2", "off 4", "on 6"])
        #expect(try events([.nan, 1, 1, 1], .init(smooth: 0.2)) == ["on 3"])
    }

    @Test func refusalsNameTheLabel() {
        let error = thrown(TacitError.self) {
            _ = try EventDetector(
                thresholds: [0.5, 0], watched: [0, 1], settings: .init(), sampleRate: 10, hop: 1,
                names: ["rain", "wind"])
        }
        #expect(error?.description.hasPrefix("'wind': ") == true)
    }

    @Test func whatCanNeverFireIsRefused() {
        func refused(_ thresholds: [Float] = [0.5], _ watched: [Int] = [0], _ settings: EventSettings = .init()) -> Bool
        {
            do {
                _ = try EventDetector(
                    thresholds: thresholds, watched: watched, settings: settings, sampleRate: 10, hop: 1)
                return false
            } catch {
                return (error as? TacitError)?.kind == .usage
            }
        }
        #expect(!refused())
        #expect(refused([1.01]))
        #expect(refused([0]))
        #expect(refused([-1]))
        #expect(refused([.nan]))
        #expect(!refused([0.5, 0], [0]))
        #expect(refused([0.5], []))
        #expect(refused([0.5], [1]))
        #expect(refused([0.5], [-1]))
        for wrong in [-0.1, Double.nan, .infinity, 1e9] {
            #expect(refused([0.5], [0], .init(smooth: wrong)))
            #expect(refused([0.5], [0], .init(onAfter: wrong)))
            #expect(refused([0.5], [0], .init(offAfter: wrong)))
            #expect(refused([0.5], [0], .init(offBelow: wrong)))
        }
        #expect(refused([0.5], [0], .init(offBelow: 0)))
        #expect(refused(Array(repeating: 0.5, count: 100), [0], .init(smooth: 604_800)))
    }

    @Test func nothingIsAllocated() throws {
        let detector = try EventDetector(
            thresholds: [0.5, 0.5], watched: [0, 1], settings: .init(smooth: 0.3), sampleRate: 10, hop: 1)
        var count = 0
        let scores: [Float] = [0, 1, 0]
        func run(_ ends: Range<Int>) {
            for end in ends {
                scores.withUnsafeBufferPointer { scores in
                    // Now one label, now the other.
                    let first = end / 5 % 2
                    let one = UnsafeBufferPointer(rebasing: scores[first..<first + 2])
                    let reading = Reading(
                        start: 0, end: end, sampleRate: 10, logits: one, scores: one, embedding: one,
                        inferenceSeconds: 0)
                    detector.take(reading) { _ in count += 1 }
                }
                if end % 7 == 0 { detector.gap() }
            }
        }
        run(1..<10)
        let before = tacit_allocations_on_this_thread()
        run(10..<100)
        #expect(tacit_allocations_on_this_thread() == before)
        #expect(count > 20)
    }
}
