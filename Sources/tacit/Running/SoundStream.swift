import Capture
import Labelling

/// Carries samples from a source through a labeller to an output, for as long as there are any.
final class SoundStream {
    private let source: any SampleSource
    private let labeller: SoundLabeller
    private let isPaced: Bool
    /// One period: 1/40 s.
    private let samples: UnsafeMutableBufferPointer<Float>
    /// Whether there was a full window.
    private(set) var hasReading = false

    init(source: any SampleSource, labeller: SoundLabeller, isPaced: Bool) {
        self.source = source
        self.labeller = labeller
        self.isPaced = isPaced
        samples = .allocate(capacity: max(1, labeller.geometry.sampleRate / 40))
        samples.initialize(repeating: 0)
    }

    deinit { samples.deallocate() }

    /// Until the source ends. Nothing is allocated here after the first label.
    func run(_ output: some ListenOutput) throws {
        let pacer = isPaced ? Pacer() : nil
        let rate = Double(labeller.geometry.sampleRate)
        while true {
            switch try source.read(into: samples) {
            case .samples(let count):
                let fresh = UnsafeBufferPointer(rebasing: samples[..<count])
                let time = Double(labeller.position + count) / rate
                pacer?.wait(for: time)
                try output.samples(fresh, time: time)
                try labeller.push(fresh) { reading in
                    hasReading = true
                    try output.labels(reading)
                }
            case .gap(let gap):
                labeller.skip(samples: gap.samples)
                try output.gap(
                    time: Double(labeller.position) / rate, lostSeconds: Double(gap.samples) / rate,
                    reason: gap.reason)
            case .end:
                try labeller.finish { try output.labels($0) }
                return try output.finish()
            }
        }
    }
}
