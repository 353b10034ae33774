import TacitDiagnostics

/// The times of frames that come without any: one after another at a steady rate.
package struct FrameClock {
    package let rate: Double

    /// Frames a second of a stream that does not say how fast it was recorded: FFmpeg takes as many.
    package static let usualRate = 25.0

    /// Frames a second that times are counted by.
    package static let rates = 0.001...100_000.0
    package static let ratesInWords = "from \(rates.lowerBound) to \(Int(rates.upperBound))"

    /// - Throws: `TacitError` (usage) for a rate out of range.
    package init(rate: Double) throws {
        guard Self.rates.contains(rate) else {
            throw TacitError(.usage, "\(rate) frames a second, expected \(Self.ratesInWords)")
        }
        self.rate = rate
    }

    /// Microseconds from the first frame to this one.
    package func time(of index: Int) -> Int { Int((Double(index) * 1_000_000 / rate).rounded()) }
}
