/// Where samples come from: a file, a descriptor, a microphone. The same to everything after it.
///
/// Samples are mono, -1...1, at `sampleRate`; several channels have been averaged.
package protocol SampleSource: AnyObject {
    /// Hertz.
    var sampleRate: Int { get }

    /// Waits for samples and writes the next ones to `buffer`, as many as are at hand and have room.
    ///
    /// - Parameter buffer: room for at least one sample.
    /// - Returns: `.samples` with how many were written, `.gap`, or `.end`, after which there is no more. At least one
    ///   sample, but for a source that is fed by the very thread that reads it: such a one can't wait, and has none
    ///   when there is nothing at hand.
    /// - Throws: `TacitError`: bad data for a broken sound, I/O error for a failing read.
    func read(into buffer: UnsafeMutableBufferPointer<Float>) throws -> SourceEvent

    /// What was lost up to now of a sound that is damaged and goes on all the same; of other sources nothing.
    var damage: SoundDamage { get }
}

extension SampleSource {
    package var damage: SoundDamage { SoundDamage() }

    /// Reads to the end, or so many samples and what comes with the last of them.
    ///
    /// - Throws: `TacitError` as `read` does.
    package func samples(atMost most: Int) throws -> [Float] {
        var samples: [Float] = []
        try withUnsafeTemporaryAllocation(of: Float.self, capacity: 4096) { buffer in
            buffer.initialize(repeating: 0)
            reading: while samples.count < most {
                switch try read(into: buffer) {
                case .samples(let count): samples += buffer[..<count]
                case .gap: continue
                case .end: break reading
                }
            }
        }
        return samples
    }
}
