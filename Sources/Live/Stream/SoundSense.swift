import TacitLabelling
import TacitMedia

/// A stream of sound.
package final class SoundSense: StreamSense {
    private let source: any SampleSource
    private let labeller: SoundLabeller
    private var meter = LevelMeter()
    private var samples = UnsafeMutableBufferPointer<Float>.allocate(capacity: 0)
    private var rate: Double { Double(labeller.geometry.sampleRate) }

    /// - Parameters:
    ///   - source: at the labeller's rate.
    ///   - labeller: of the model.
    package init(source: any SampleSource, labeller: SoundLabeller) {
        self.source = source
        self.labeller = labeller
    }

    deinit { samples.deallocate() }

    package var position: Int { labeller.position }

    package func begin(_ sink: any Sink) {
        samples.deallocate()
        samples = .allocate(capacity: max(1, Int(rate * sink.secondsAtOnce)))
        samples.initialize(repeating: 0)
    }

    package func grow(toLabels count: Int) { labeller.grow(toLabels: count) }

    package func step(_ stream: LiveStream, _ sink: any Sink) throws -> Bool {
        // No further than what the model waits for, so that a label comes with its window's last sample.
        let wanted = min(samples.count, labeller.samplesToPush)
        switch try source.read(into: UnsafeMutableBufferPointer(rebasing: samples[..<wanted])) {
        case .samples(let count):
            let fresh = UnsafeBufferPointer(rebasing: samples[..<count])
            let time = Double(labeller.position + count) / rate
            stream.pace(time)
            meter.add(fresh)
            try sink.samples(fresh, time: time)
            try labeller.push(fresh, quiet: { try tellQuiet(end: $0, stream, sink) }) { try tell($0, stream, sink) }
        case .gap(let gap):
            labeller.skip(samples: gap.samples)
            try stream.tell(
                LiveGap(
                    time: Double(labeller.position) / rate, lostSeconds: Double(gap.samples) / rate,
                    reason: LiveGap.Reason(gap.reason)), to: sink)
        case .end:
            try labeller.finish { try tell($0, stream, sink) }
            return false
        }
        return true
    }

    private func tellQuiet(end: Int, _ stream: LiveStream, _ sink: any Sink) throws {
        try stream.tellQuiet(end: end, time: Double(end) / rate, level: meter.take()?.rms, to: sink)
    }

    private func tell(_ reading: Reading, _ stream: LiveStream, _ sink: any Sink) throws {
        let span = reading.span
        try stream.tell(reading, place: .span(start: span.start, end: span.end), level: meter.take()?.rms, to: sink)
    }
}
