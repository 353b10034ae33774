import TacitMedia

/// Samples that are handed over by the very thread that reads them. Nothing is copied or kept: what was fed must be
/// read, or given up by `starve`, before its memory goes.
final class FedSource: SampleSource {
    let sampleRate: Int
    /// Whether it was read from with nothing at hand since this was last set to false.
    var isStarved = false
    private var next: UnsafePointer<Float>?
    /// Samples fed and not read yet.
    private(set) var left = 0
    private var gap: SourceEvent.Gap?
    private var isOver = false
    /// Samples read and lost up to now.
    private(set) var position = 0

    /// - Throws: `TacitError` (usage) for a rate out of range.
    init(sampleRate: Int) throws {
        try SoundSources.require(rate: sampleRate)
        self.sampleRate = sampleRate
    }

    /// - Throws: `TacitError` (bad data) for what is no sample; then nothing is fed.
    func feed(_ samples: UnsafeBufferPointer<Float>) throws {
        try SoundSources.require(own: samples, from: position)
        next = samples.baseAddress
        left = samples.count
    }

    /// Gives up what was fed and not read.
    func starve() {
        next = nil
        left = 0
    }

    /// So many samples were lost behind what was read, before what is fed next.
    func lose(_ samples: Int) {
        gap = SourceEvent.Gap(samples: (gap?.samples ?? 0) + samples, reason: .lost)
        position += samples
    }

    /// There is no more behind what was fed.
    func finish() { isOver = true }

    func read(into buffer: UnsafeMutableBufferPointer<Float>) -> SourceEvent {
        if let gap {
            self.gap = nil
            return .gap(gap)
        }
        if let next, left > 0, let target = buffer.baseAddress {
            let count = min(left, buffer.count)
            target.update(from: next, count: count)
            self.next = next + count
            left -= count
            position += count
            return .samples(count)
        }
        if isOver { return .end }
        isStarved = true
        return .samples(0)
    }
}
