import Glibc
import TacitDiagnostics

/// Whether a stream of sound is loud enough to be listened to: its level, root mean square over blocks of a twentieth
/// of a second, is above a limit, or was a moment ago.
///
/// Everything is counted in samples from the start of the stream or the last gap, so that it does not depend on how
/// these arrive. A block that holds what is no number is not loud. Nothing is allocated.
package struct LoudnessGate: Equatable, Sendable {
    /// Decibels of full scale that make sense as a limit.
    package static let limits = -120.0...0

    /// The limit's mean square.
    private let limit: Double
    /// Samples of a block, and from the end of the last loud one for which the gate stays open.
    private let blockSize: Int
    private let hold: Int
    private var sum = 0.0
    private var count = 0
    private var position = 0
    /// The end of the last loud block.
    private var lastLoud: Int?

    /// Seconds.
    private static let block = 0.05
    private static let shortestHold = 1.0

    /// - Parameters:
    ///   - decibels: of full scale, above which the gate is open.
    ///   - sampleRate: hertz.
    ///   - hop: samples from one reading to the next: the hold is a second, or this if it is longer, so that nothing
    ///     loud falls between two readings.
    /// - Throws: `TacitError` (usage) for a limit out of range.
    package init(decibels: Double, sampleRate: Int, hop: Int) throws {
        guard Self.limits.contains(decibels) else {
            throw TacitError(
                .usage,
                "a gate of \(decibels) dB, expected \(Int(Self.limits.lowerBound)) to \(Int(Self.limits.upperBound)) "
                    + "dB of full scale"
            )
        }
        limit = pow(10, decibels / 10)
        blockSize = max(1, Int((Self.block * Double(sampleRate)).rounded()))
        hold = max(hop, Int((Self.shortestHold * Double(sampleRate)).rounded()))
    }

    /// Whether it is open at the end of what was added.
    package var isOpen: Bool { lastLoud.map { position - $0 < hold } ?? false }

    /// Takes the next samples.
    package mutating func add(_ samples: UnsafeBufferPointer<Float>) {
        for sample in samples {
            sum += Double(sample) * Double(sample)
            count += 1
            guard count == blockSize else { continue }
            position += count
            if sum > limit * Double(count) { lastLoud = position }
            sum = 0
            count = 0
        }
    }

    /// The next sample is the first of another stretch.
    package mutating func reset() {
        sum = 0
        count = 0
        position = 0
        lastLoud = nil
    }
}
