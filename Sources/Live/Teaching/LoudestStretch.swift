/// Where in a recording something happens.
package enum LoudestStretch {
    /// Of a second: what levels are taken over.
    private static let frames = 50
    /// Decibels below the loudest frame at which a sound has ended, and the power that stands for them.
    private static let quietPower = 1e-3  // 30 dB
    /// Frames left before and behind.
    private static let margin = 5

    /// The loudest moment and what belongs to it: as far to both sides as it stays within 30 dB, and no longer than
    /// `limit`. All of a recording that is no longer than that.
    ///
    /// - Parameters:
    ///   - samples: -1...1, mono.
    ///   - sampleRate: Hertz.
    ///   - limit: samples.
    ///   - isTrimmed: whether to leave out what is quiet around it, too, of a recording that would not be too long.
    package static func range(
        in samples: [Float], sampleRate: Int, limit: Int, isTrimmed: Bool = false
    ) -> Range<Int> {
        guard isTrimmed || samples.count > limit else { return samples.indices }
        let frame = max(1, sampleRate / frames)
        let powers = framePowers(of: samples, frame)
        guard let loudest = powers.indices.max(by: { powers[$0] < powers[$1] }) else { return samples.indices }
        let most = max(1, limit / frame)
        var first = loudest
        var last = loudest
        // Grows to the louder side, so that what does not fit is the quieter.
        while last - first + 1 < most {
            let before = first > 0 ? powers[first - 1] : -1
            let behind = last + 1 < powers.count ? powers[last + 1] : -1
            guard max(before, behind) >= (isTrimmed ? powers[loudest] * quietPower : 0) else { break }
            if before >= behind { first -= 1 } else { last += 1 }
        }
        first = max(0, first - margin)
        last = min(powers.count - 1, last + margin)
        let start = first * frame
        return start..<min((last + 1) * frame, samples.count, start + limit)
    }

    /// Without what is quiet before and behind: from the first to the last that is within 30 dB of the loudest moment.
    /// Pauses in between belong to it.
    package static func withoutEnds(of samples: [Float], sampleRate: Int) -> Range<Int> {
        let frame = max(1, sampleRate / frames)
        let powers = framePowers(of: samples, frame)
        guard let most = powers.max(),
            let first = powers.firstIndex(where: { $0 >= most * quietPower }),
            let last = powers.lastIndex(where: { $0 >= most * quietPower })
        else { return samples.indices }
        return max(0, first - margin) * frame..<min((last + margin + 1) * frame, samples.count)
    }

    /// The root mean square of the loudest frame.
    static func loudest(in samples: [Float], sampleRate: Int) -> Double {
        let frame = max(1, sampleRate / frames)
        return ((framePowers(of: samples, frame).max() ?? 0) / Double(frame)).squareRoot()
    }

    /// Of each frame, not divided by its length.
    private static func framePowers(of samples: [Float], _ frame: Int) -> [Double] {
        stride(from: 0, to: samples.count, by: frame).map { start in
            samples[start..<min(start + frame, samples.count)].reduce(0.0) { $0 + Double($1) * Double($1) }
        }
    }
}
