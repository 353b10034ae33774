import TacitConsole
import TacitDiagnostics
import TacitLabelling
import TacitMedia

/// Carries samples from a source through a labeller and an event detector to an output, for as long as there are any.
final class SoundStream {
    private let source: any SampleSource
    private let labeller: SoundLabeller
    private let detector: EventDetector
    private let isPaced: Bool
    private var serviceManager = ServiceManager()
    /// What the reading at hand decided.
    private var events: [DetectedEvent] = []
    /// Whether there was a full window.
    private(set) var hasReading = false

    init(source: any SampleSource, labeller: SoundLabeller, detector: EventDetector, isPaced: Bool) {
        self.source = source
        self.labeller = labeller
        self.detector = detector
        events.reserveCapacity(detector.smoothedScores.count)
        self.isPaced = isPaced
    }

    /// Until the source ends or fails, or the program is asked to stop. Nothing is allocated here after the first label.
    func run(_ output: some SoundOutput) throws {
        Process.stopInOrder()
        Process.hasStarted()
        do {
            try carry(to: output)
        } catch let error as TacitError {
            try end(output)
            throw error
        }
        try end(output)
    }

    private func carry(to output: some SoundOutput) throws {
        let pacer = isPaced ? Pacer() : nil
        let rate = Double(labeller.geometry.sampleRate)
        let samples = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(1, Int(rate * output.secondsAtOnce)))
        samples.initialize(repeating: 0)
        defer { samples.deallocate() }
        while !Process.isStopping {
            // No further than what the model waits for, so that a label comes with its window's last sample.
            let wanted = min(samples.count, labeller.samplesToPush)
            switch try source.read(into: UnsafeMutableBufferPointer(rebasing: samples[..<wanted])) {
            case .samples(let count):
                let fresh = UnsafeBufferPointer(rebasing: samples[..<count])
                let time = Double(labeller.position + count) / rate
                pacer?.wait(for: time)
                try output.samples(fresh, time: time)
                try labeller.push(fresh) { try tell($0, to: output) }
                serviceManager?.samplesAdvanced()
            case .gap(let gap):
                labeller.skip(samples: gap.samples)
                detector.gap()
                try output.gap(
                    LiveGap(
                        time: Double(labeller.position) / rate, lostSeconds: Double(gap.samples) / rate,
                        reason: .source(gap.reason)))
            case .end:
                return try labeller.finish { try tell($0, to: output) }
            }
        }
    }

    private func tell(_ reading: Reading, to output: some SoundOutput) throws {
        hasReading = true
        events.removeAll(keepingCapacity: true)
        detector.take(reading) { events.append($0) }
        let span = reading.span
        try output.labels(
            LiveReading(
                time: reading.time, place: .span(start: span.start, end: span.end), scores: reading.scores,
                smoothed: detector.smoothedScores, logits: reading.logits,
                inferenceSeconds: reading.inferenceSeconds))
        for event in events { try output.event(LiveEvent(event)) }
        serviceManager?.labelled()
    }

    private func end(_ output: some SoundOutput) throws {
        try detector.finish(at: labeller.position) { try output.event(LiveEvent($0)) }
        try output.finish()
    }
}
