import Glibc

/// How far quantized weights are from what they stand for.
public struct QuantizationError: Equatable, Sendable {
    /// Sum of squares of the weights.
    public var signal = 0.0
    /// Sum of squares of the differences.
    public var noise = 0.0

    public init() {}

    /// Signal-to-noise ratio in decibels; nil where nothing is lost.
    public var decibels: Double? {
        noise > 0 && signal > 0 ? 10 * log10(signal / noise) : nil
    }

    static func += (sum: inout QuantizationError, other: QuantizationError) {
        sum.signal += other.signal
        sum.noise += other.noise
    }
}
