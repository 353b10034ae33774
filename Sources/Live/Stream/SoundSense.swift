import TacitLabelling
import TacitMedia

/// A stream of sound.
package final class SoundSense: StreamSense {
    private let source: any SampleSource
    private let labeller: SoundLabeller
    private var meter = LevelMeter()
    private var samples = UnsafeMutableBufferPointer<Float>.allocate(capacity: 0)
    /// Samples that are known to the labeller already, and those of them that the stream has come to: of one that reads
    /// ahead.
    private let ahead: UnsafeMutableBufferPointer<Float>
    private var known = 0
    private var passed = 0
    /// What the source said behind them, which is no samples.
    private var behind: Result<SourceEvent, any Error>?
    private var rate: Double { Double(labeller.geometry.sampleRate) }

    /// - Parameters:
    ///   - source: at the labeller's rate.
    ///   - labeller: of the model. For one that reads ahead, sound is taken from the source before the stream comes to
    ///     it.
    package init(source: any SampleSource, labeller: SoundLabeller) {
        self.source = source
        self.labeller = labeller
        ahead = .allocate(capacity: labeller.samplesAhead)
        ahead.initialize(repeating: 0)
    }

    deinit {
        samples.deallocate()
        ahead.deallocate()
    }

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
        switch try next(wanted) {
        case .samples(let count):
            let fresh =
                !ahead.isEmpty
                ? UnsafeBufferPointer(rebasing: ahead[passed - count..<passed])
                : UnsafeBufferPointer(rebasing: samples[..<count])
            let time = Double(labeller.position + count) / rate
            stream.pace(time)
            meter.add(fresh)
            try sink.samples(fresh, time: time)
            try labeller.push(
                fresh, quiet: { try tellQuiet(end: $0, stream, sink) }, { try tell($0, stream, sink) })
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

    /// Up to so many samples, or what the source says else.
    private func next(_ wanted: Int) throws -> SourceEvent {
        guard !ahead.isEmpty else {
            return try source.read(into: UnsafeMutableBufferPointer(rebasing: samples[..<wanted]))
        }
        if passed == known { lookAhead() }
        if passed == known, let said = behind {
            behind = nil
            return try said.get()
        }
        let count = min(wanted, known - passed)
        passed += count
        return .samples(count)
    }

    /// As much as there is room for goes through the model at once, in however small pieces the source gives it.
    private func lookAhead() {
        (known, passed) = (0, 0)
        while behind == nil, known < ahead.count {
            let event = Result { try source.read(into: UnsafeMutableBufferPointer(rebasing: ahead[known...])) }
            guard case .success(.samples(let count)) = event else {
                behind = event
                break
            }
            if count == 0 { break }
            known += count
        }
        labeller.prepare(UnsafeBufferPointer(rebasing: ahead[..<known]))
    }

    private func tellQuiet(end: Int, _ stream: LiveStream, _ sink: any Sink) throws {
        try stream.tellQuiet(end: end, time: Double(end) / rate, level: meter.take()?.rms, to: sink)
    }

    private func tell(_ reading: Reading, _ stream: LiveStream, _ sink: any Sink) throws {
        let span = reading.span
        try stream.tell(reading, place: .span(start: span.start, end: span.end), level: meter.take()?.rms, to: sink)
    }
}
