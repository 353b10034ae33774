import Diagnostics

/// Turns readings into events: smoothing, two levels (hysteresis, so that a score near its threshold does not flutter)
/// and waits.
///
/// An event turns on once the smoothed score has been at or above its threshold for `onAfter`, and off once it has
/// stayed under `offBelow` times the threshold for `offAfter`. Both are counted in samples from reading to reading.
/// Nothing is allocated after the initialiser.
public final class EventDetector {
    private struct Watch {
        let label: Int
        let threshold: Float
        let offLevel: Float
        var isOn = false
        /// The end of the first reading of the stretch that, if it lasts, changes the state.
        var since: Int?
    }

    private var watches: [Watch]
    private let smoother: ScoreSmoother
    private let labelCount: Int
    private let onAfter: Int
    private let offAfter: Int

    /// - Parameters:
    ///   - thresholds: one a label.
    ///   - watched: the labels (indices) that may make events.
    ///   - sampleRate: of the readings.
    ///   - hop: samples from one reading to the next.
    /// - Throws: `TacitError` (usage) for what can never turn on, or never off again.
    public init(
        thresholds: [Float], watched: [Int], settings: EventSettings, sampleRate: Int, hop: Int
    ) throws {
        try settings.validate()
        guard !watched.isEmpty else {
            throw TacitError(.usage, "no label is left that could make an event")
        }
        watches = try watched.map { label in
            guard thresholds.indices.contains(label) else {
                throw TacitError(.usage, "label \(label) of \(thresholds.count) can't be watched")
            }
            let threshold = thresholds[label]
            guard threshold <= 1 else {
                throw TacitError(.usage, "a threshold of \(threshold) is never reached: scores go up to 1")
            }
            let offLevel = threshold * Float(settings.offBelow)
            guard offLevel > 0 else {
                throw TacitError(.usage, "with a threshold of \(threshold) an event can never turn off")
            }
            return Watch(label: label, threshold: threshold, offLevel: offLevel)
        }
        func samples(_ seconds: Double) -> Int { Int((seconds * Double(sampleRate)).rounded()) }
        labelCount = thresholds.count
        onAfter = samples(settings.onAfter)
        offAfter = samples(settings.offAfter)
        smoother = try ScoreSmoother(labels: thresholds.count, length: samples(settings.smooth), hop: hop)
    }

    /// `[labels]`: the smoothed scores of the last reading, valid until the next.
    public var smoothedScores: UnsafeBufferPointer<Float> { UnsafeBufferPointer(smoother.smoothed) }

    /// Whether a label's event is on.
    public func isOn(_ label: Int) -> Bool {
        watches.contains { $0.label == label && $0.isOn }
    }

    /// Takes a reading and hands over the events that it decides, in the order of the labels watched.
    public func take(_ reading: Reading, _ body: (DetectedEvent) throws -> Void) rethrows {
        guard reading.scores.count == labelCount else { return }
        smoother.take(reading.scores, end: reading.end)
        for index in watches.indices {
            let score = smoother.smoothed[watches[index].label]
            let isOn = watches[index].isOn
            guard isOn ? score < watches[index].offLevel : score >= watches[index].threshold else {
                watches[index].since = nil
                continue
            }
            let since = watches[index].since ?? reading.end
            watches[index].since = since
            guard reading.end - since >= (isOn ? offAfter : onAfter) else { continue }
            watches[index].isOn = !isOn
            watches[index].since = nil
            try body(
                DetectedEvent(
                    state: isOn ? .off : .on, label: watches[index].label, sample: reading.end, time: reading.time,
                    score: score))
        }
    }

    /// Samples were lost: smoothing and waits begin anew. What is on stays on until readings say otherwise.
    public func gap() {
        smoother.reset()
        for index in watches.indices { watches[index].since = nil }
    }
}
