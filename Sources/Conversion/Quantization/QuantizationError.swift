import Glibc

/// How far quantized weights are from what they stand for.
package struct QuantizationError: Equatable, Sendable {
    /// Sum of squares of the weights.
    package var signal = 0.0
    /// Sum of squares of the differences.
    package var noise = 0.0

    package init() {}

    /// Signal-to-noise ratio in decibels; nil where nothing is lost.
    package var decibels: Double? {
        noise > 0 && signal > 0 ? 10 * log10(signal / noise) : nil
    }

    static func += (sum: inout QuantizationError, other: QuantizationError) {
        sum.signal += other.signal
        sum.noise += other.noise
    }
}
