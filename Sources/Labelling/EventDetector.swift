import TacitDiagnostics
import TacitModelFile

/// Turns readings into events: smoothing, two levels (hysteresis, so that a score near its threshold does not flutter)
/// and waits.
///
/// An event turns on once the smoothed score has been at or above its threshold for `onAfter`, and off once it has
/// stayed under `offBelow` times the threshold for `offAfter`. Both are counted in samples from reading to reading, so
/// the same samples make the same events, whenever they come and however fast. A score that is no number counts as
/// none. Nothing is allocated after the initialiser but by `relabel`.
///
/// For frames, a sample is whatever they are counted in: `sampleRate` of them make a second.
package final class EventDetector {
    private struct Watch {
        let label: Int
        let threshold: Float
        let offLevel: Float
        let onAfter: Int
        let offAfter: Int
        var isOn = false
        /// The end of the first reading of the stretch that, if it lasts, changes the state.
        var since: Int?
    }

    private var watches: [Watch]
    /// `[labels]`
    private var nothing: UnsafeMutableBufferPointer<Float>
    private let smoother: ScoreSmoother
    private var labelCount: Int
    private let settings: EventSettings
    private let sampleRate: Int

    /// What a label has instead of the settings that all have, in seconds.
    package struct Delays: Equatable, Sendable {
        package var onAfter: Double?
        package var offAfter: Double?

        package init(onAfter: Double? = nil, offAfter: Double? = nil) {
            self.onAfter = onAfter
            self.offAfter = offAfter
        }
    }

    /// - Parameters:
    ///   - thresholds: one a label.
    ///   - watched: the labels (indices) that may make events.
    ///   - settings: when events turn on and off.
    ///   - sampleRate: of the readings.
    ///   - hop: samples from one reading to the next.
    ///   - names: of the labels, for errors.
    ///   - delays: of labels (indices) that have their own.
    ///   - averagedLabels: of how many labels, from the first on, scores are averaged; nil for all, also those to come.
    ///   - labelsCome: whether labels may be watched that come later, so that there may be none now.
    /// - Throws: `TacitError` (usage) for what can never turn on, or never off again.
    package init(
        thresholds: [Float], watched: [Int], settings: EventSettings, sampleRate: Int, hop: Int,
        names: [String] = [], delays: [Int: Delays] = [:], averagedLabels: Int? = nil,
        labelsCome: Bool = false
    ) throws {
        try settings.validate()
        guard !watched.isEmpty || labelsCome else {
            throw TacitError(.usage, "no label is left that could make an event")
        }
        self.settings = settings
        self.sampleRate = sampleRate
        watches = try watched.map {
            try Self.watch($0, thresholds, settings, delays[$0], sampleRate: sampleRate, names)
        }
        labelCount = thresholds.count
        smoother = try ScoreSmoother(
            labels: thresholds.count, length: Self.samples(settings.smooth, sampleRate), hop: hop,
            averagedLabels: averagedLabels)
        nothing = .allocate(capacity: thresholds.count)
        nothing.initialize(repeating: 0)
    }

    deinit { nothing.deallocate() }

    private static func samples(_ seconds: Double, _ rate: Int) -> Int { Int((seconds * Double(rate)).rounded()) }

    private static func offLevel(_ threshold: Float, _ offBelow: Double) -> Float { threshold * Float(offBelow) }

    /// Why an event could never turn on, or never off again; nil if all is well.
    ///
    /// - Parameters:
    ///   - threshold: of the label.
    ///   - offBelow: below which part of the threshold it turns off.
    package static func fault(ofThreshold threshold: Float, offBelow: Double) -> String? {
        guard threshold <= 1 else { return "a threshold of \(threshold) is never reached, as scores go up to 1" }
        guard offLevel(threshold, offBelow) > 0 else {
            return "with a threshold of \(threshold), of which it must fall below \(offBelow), an event can never turn "
                + "off"
        }
        return nil
    }

    private static func watch(
        _ label: Int, _ thresholds: [Float], _ settings: EventSettings, _ delays: Delays?, sampleRate: Int,
        _ names: [String]
    ) throws -> Watch {
        guard thresholds.indices.contains(label) else {
            throw TacitError(.usage, "label \(label) of \(thresholds.count) can't be watched")
        }
        let threshold = thresholds[label]
        if let fault = Self.fault(ofThreshold: threshold, offBelow: settings.offBelow) {
            let name = names.indices.contains(label) ? "'\(names[label])'" : "label \(label)"
            throw TacitError(.usage, "\(name): \(fault)")
        }
        let own = settings.changed(onAfter: delays?.onAfter, offAfter: delays?.offAfter)
        try own.validate()
        return Watch(
            label: label, threshold: threshold, offLevel: offLevel(threshold, settings.offBelow),
            onAfter: samples(own.onAfter, sampleRate),
            offAfter: samples(own.offAfter, sampleRate))
    }

    /// Labels came, behind those that there were, or went. What is on stays on, but for those that are watched no more: they
    /// turn off. May allocate.
    ///
    /// - Parameters:
    ///   - thresholds: one a label, as many as before or more.
    ///   - watched: the labels (indices) that may make events from now on.
    ///   - sample: where the stream is.
    ///   - names: of the labels, for errors.
    ///   - delays: of labels (indices) that have their own.
    ///   - body: given the events that it turns off.
    /// - Throws: `TacitError` (usage) for what can never turn on, or never off again; what `body` throws.
    package func relabel(
        thresholds: [Float], watched: [Int], at sample: Int, names: [String], delays: [Int: Delays] = [:],
        _ body: (DetectedEvent) throws -> Void
    ) throws {
        let before = watches
        let after = try watched.map { label in
            try before.first { $0.label == label }
                ?? Self.watch(
                    label, thresholds, settings, delays[label], sampleRate: sampleRate, names)
        }
        try smoother.grow(to: thresholds.count)
        nothing = nothing.grown(to: thresholds.count)
        labelCount = max(labelCount, thresholds.count)
        watches = after
        for watch in before where watch.isOn && !watched.contains(watch.label) {
            try body(event(.off, watch.label, at: sample, smoother.smoothed[watch.label]))
        }
    }

    /// `[labels]`: the smoothed scores of the last reading, valid until the next.
    package var smoothedScores: UnsafeBufferPointer<Float> { UnsafeBufferPointer(smoother.smoothed) }

    /// Takes a reading and hands over the events that it decides, in the order of the labels watched.
    package func take(_ reading: Reading, _ body: (DetectedEvent) throws -> Void) rethrows {
        try take(reading.scores, end: reading.end, body)
    }

    /// The same for scores, `[labels]`, of whatever ended at sample `end`.
    package func take(
        _ scores: UnsafeBufferPointer<Float>, end: Int, _ body: (DetectedEvent) throws -> Void
    ) rethrows {
        guard scores.count == labelCount else { return }
        smoother.take(scores, end: end)
        for index in watches.indices {
            let score = smoother.smoothed[watches[index].label]
            let isOn = watches[index].isOn
            guard isOn ? !(score >= watches[index].offLevel) : score >= watches[index].threshold else {
                watches[index].since = nil
                continue
            }
            let since = watches[index].since ?? end
            watches[index].since = since
            guard end - since >= (isOn ? watches[index].offAfter : watches[index].onAfter) else { continue }
            watches[index].isOn = !isOn
            watches[index].since = nil
            try body(event(isOn ? .off : .on, watches[index].label, at: end, score))
        }
    }

    /// It was too quiet at sample `end` for the model to be asked: as if every score were 0.
    package func takeNothing(end: Int, _ body: (DetectedEvent) throws -> Void) rethrows {
        try take(UnsafeBufferPointer(nothing), end: end, body)
    }

    /// The stream is over after `sample` samples: what is on turns off, so that every `on` has its `off`. The score is
    /// the last one there was.
    package func finish(at sample: Int, _ body: (DetectedEvent) throws -> Void) rethrows {
        for index in watches.indices {
            watches[index].since = nil
            guard watches[index].isOn else { continue }
            watches[index].isOn = false
            let label = watches[index].label
            try body(event(.off, label, at: sample, smoother.smoothed[label]))
        }
    }

    private func event(_ state: DetectedEvent.State, _ label: Int, at sample: Int, _ score: Float) -> DetectedEvent {
        DetectedEvent(
            state: state, label: label, sample: sample, time: Double(sample) / Double(sampleRate), score: score)
    }

    /// Samples were lost: smoothing and waits begin anew. What is on stays on until readings say otherwise.
    package func gap() {
        smoother.reset()
        for index in watches.indices { watches[index].since = nil }
    }
}
