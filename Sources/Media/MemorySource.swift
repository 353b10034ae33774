/// Samples that are at hand already.
package final class MemorySource: SampleSource {
    package let sampleRate: Int
    private let samples: [Float]
    private var position = 0

    /// - Parameters:
    ///   - samples: -1...1, mono.
    ///   - sampleRate: Hertz.
    package init(samples: [Float], sampleRate: Int) {
        self.samples = samples
        self.sampleRate = sampleRate
    }

    package func read(into buffer: UnsafeMutableBufferPointer<Float>) -> SourceEvent {
        let count = min(buffer.count, samples.count - position)
        guard count > 0 else { return .end }
        _ = buffer.update(fromContentsOf: samples[position..<position + count])
        position += count
        return .samples(count)
    }
}
