import TacitDiagnostics

/// The times of frames that come without any: one after another at a steady rate.
package struct FrameClock {
    package let rate: Double

    /// Frames a second of a stream that does not say how fast it was recorded: FFmpeg takes as many.
    package static let usualRate = 25.0

    /// - Throws: `TacitError` (usage) for a rate out of range.
    package init(rate: Double) throws {
        guard rate >= 0.001, rate <= 100_000 else {
            throw TacitError(.usage, "\(rate) frames a second, expected 0.001 to 100000")
        }
        self.rate = rate
    }

    /// Microseconds from the first frame to this one.
    package func time(of index: Int) -> Int { Int((Double(index) * 1_000_000 / rate).rounded()) }
}
