import TacitFrontEnd
import TacitModelFile

/// The front end of a model of sound, and noise for it: a window of samples to a window of patches.
final class BenchmarkSound {
    private let frontEnd: any SoundFrontEnd
    private var samples: [Float]
    private var patches = 0

    /// Windows longer than an hour at 48 kHz are not measured.
    private static let longestWindow = 3600 * 48_000
    /// Samples of one push: what a stream brings at a time.
    private static let piece = 400

    /// Nil where the input is no sound.
    init?(_ input: InputDescription, instructionSet: String?) {
        guard let frontEnd = try? SoundFrontEnds.make(input, instructionSet: instructionSet),
            frontEnd.geometry.samplesPerWindow <= Self.longestWindow
        else { return nil }
        self.frontEnd = frontEnd
        var noise = BenchmarkNoise()
        samples = (0..<min(Self.piece, frontEnd.geometry.samplesPerWindow)).map { _ in noise.next() }
    }

    @inline(never)
    func pass() {
        frontEnd.reset()
        var left = frontEnd.geometry.samplesPerWindow
        samples.withUnsafeBufferPointer { samples in
            while left > 0 {
                let count = min(left, samples.count)
                frontEnd.push(UnsafeBufferPointer(rebasing: samples[..<count])) { _ in patches += 1 }
                left -= count
            }
        }
    }
}
