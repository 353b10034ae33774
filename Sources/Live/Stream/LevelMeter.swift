import Glibc

/// How loud the stream is: root mean square and peak of the samples since the last look.
package struct LevelMeter {
    package init() {}

    private var sum = 0.0
    private var peak: Float = 0
    private var count = 0

    /// Decibels below full scale at which the meter begins.
    package static let floor = -60.0

    package mutating func add(_ samples: UnsafeBufferPointer<Float>) {
        // Eight at a time: one after the other, each would wait for the sum before.
        var sums = SIMD8<Double>.zero
        var peaks = SIMD8<Float>.zero
        let whole = samples.count / 8 * 8
        let bytes = UnsafeRawBufferPointer(samples)
        for first in stride(from: 0, to: whole, by: 8) {
            let eight = bytes.loadUnaligned(fromByteOffset: 4 * first, as: SIMD8<Float>.self)
            let wide = SIMD8<Double>(eight)
            sums += wide * wide
            peaks = pointwiseMax(peaks, eight.replacing(with: -eight, where: eight .< 0))
        }
        sum += sums.sum()
        peak = max(peak, peaks.max())
        for sample in samples[whole...] {
            sum += Double(sample) * Double(sample)
            peak = max(peak, abs(sample))
        }
        count += samples.count
    }

    /// Decibels relative to full scale, and begins anew. nil when no sample came in between.
    package mutating func take() -> (rms: Double, peak: Double)? {
        guard count > 0 else { return nil }
        defer { self = LevelMeter() }
        return (Self.decibels((sum / Double(count)).squareRoot()), Self.decibels(Double(peak)))
    }

    /// Where a level stands on the meter, 0...1.
    package static func position(_ decibels: Double) -> Float { Float(min(max(1 - decibels / floor, 0), 1)) }

    private static func decibels(_ amplitude: Double) -> Double { amplitude > 1e-6 ? 20 * log10(amplitude) : -120 }
}
