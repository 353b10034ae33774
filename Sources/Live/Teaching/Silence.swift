/// Whether a sound holds anything that a label could be taught by. Taught by silence, a label would be said of silence.
package enum Silence {
    /// Of a sample, -1...1, over the loudest 20 ms: two steps of 16 bits, -84 dB of full scale. Digital silence, its dither
    /// (half a step) and what a good microphone makes by itself (-87 dB and less) lie below. Quiet recordings lie above,
    /// of 24 bits too: somebody who speaks at the other end of a room comes to -70 dB without any gain. And of what is
    /// below, next to nothing would be left in the 16 bits that are kept.
    private static let floor = 2.0 / 32768
    /// Seconds: a click has as many, and some models have no longer windows than 20 ms.
    private static let shortest = 0.005

    /// Why samples are no example of anything, and what helps; nil where they may be one.
    ///
    /// - Parameters:
    ///   - samples: -1...1, mono: channels that cancel each other out are silent.
    ///   - sampleRate: hertz.
    package static func fault(_ samples: [Float], sampleRate: Int) -> String? {
        let seconds = Double(samples.count) / Double(sampleRate)
        guard seconds >= shortest else {
            let milliseconds = Int((1000 * seconds).rounded())
            return
                "too short (\(milliseconds) ms): no example of anything, which takes \(Int(1000 * shortest)) ms or more"
        }
        guard LoudestStretch.loudest(in: samples, sampleRate: sampleRate) <= floor else { return nil }
        return
            "silent (as one channel never above -84 dB of full scale): no example of anything; was the microphone muted, "
            + "or its level at 0? What a place sounds like when nothing happens is its background"
    }
}
