import TacitMedia

/// The samples of a clip that was kept, each converted as it is read: of a high rate they are many.
final class ClipSource: SampleSource {
    let sampleRate: Int
    private let samples: [Int16]
    private var position = 0

    /// - Parameters:
    ///   - samples: mono.
    ///   - sampleRate: hertz.
    init(_ samples: [Int16], sampleRate: Int) {
        self.samples = samples
        self.sampleRate = sampleRate
    }

    func read(into buffer: UnsafeMutableBufferPointer<Float>) -> SourceEvent {
        let count = min(buffer.count, samples.count - position)
        guard count > 0 else { return .end }
        for index in 0..<count { buffer[index] = Float(samples[position + index]) / 32768 }
        position += count
        return .samples(count)
    }
}
