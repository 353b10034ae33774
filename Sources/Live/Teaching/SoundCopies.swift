/// Windows that hold a sound as a stream might: elsewhere in it, louder or softer, in the sound of the place; and
/// windows that hold a part of it, or its parts in the wrong order, and so not the sound.
package enum SoundCopies {
    /// Where in the window a copy stands, from its beginning (0) to its end (1), and how loud it is.
    private static let places: [(place: Double, gain: Float)] = [(1, 1), (0.5, 0.3), (0.25, 2), (0.75, 0.1), (1, 0.3)]
    /// Windows in the place's noise; the sound moves through them from behind to the front.
    private static let noisyCount = 6
    /// Of the sound's amplitude: 10 dB.
    private static let noiseLevel = 0.316_227_766
    /// Where a sound is cut in two, and where in their windows the parts stand: a beginning in the middle or at the
    /// end, what comes behind it in the middle or at the beginning.
    private static let cuts: [(share: Double, first: Double, last: Double)] = [
        (0.35, 0.5, 0.5), (0.5, 1, 0), (0.65, 0.5, 0.5),
    ]
    /// Seconds of a window in which what is heard is a word.
    private static let longestWindow = 2.0

    /// Whether copies in noise and parts are worth making: by a longer window 22 of 75 instruments gave an event with
    /// copies in noise and 19 without, for 7 false ones instead of 5.
    package static func areWords(inWindow window: Int, sampleRate: Int) -> Bool {
        Double(window) <= longestWindow * Double(sampleRate)
    }

    /// Copies that are moved, louder and softer, each in what the place sounds like as long as there is some.
    package static func moved(_ sound: [Float], window: Int, beds: [[Int16]]) -> [[Float]] {
        places.enumerated().map { index, copy in
            var output = index < beds.count ? (0..<window).map { sample(beds[index], $0) } : silence(window)
            put(sound, into: &output, at: copy.place, gain: copy.gain)
            return clipped(output)
        }
    }

    /// Copies 10 dB above what the place sounds like, from a window that ends as the sound does to one that begins with
    /// it, a tenth of it cut off at either end; through a sound that is longer than a window, all that it holds.
    ///
    /// Which piece of which bed lies under a copy follows from the sound's length, so that of the same example the same
    /// is made, and of others something else.
    package static func inNoise(_ sound: [Float], window: Int, sampleRate: Int, beds: [[Int16]]) -> [[Float]] {
        guard !beds.isEmpty, !sound.isEmpty else { return [] }
        let count = sound.count
        let margin = count < window ? count / 10 : sampleRate / 20
        let first = (count < window ? count - window : 0) - margin
        let last = (count < window ? 0 : count - window) + margin
        let loudness = rootMeanSquare(sound)
        let number = count / max(1, sampleRate / 50)
        return (0..<noisyCount).compactMap { index in
            let bed = beds[(number + index) % beds.count]
            let start = number * (index + 1) * 997 % bed.count
            let noise = (0..<window).map { sample(bed, start + $0) }
            let level = rootMeanSquare(noise)
            // Where the place is silent a copy would teach nothing.
            guard level > 0 else { return nil }
            let gain = Float(noiseLevel * loudness / level)
            let offset = first + (last - first) * index / (noisyCount - 1)
            return clipped(
                noise.enumerated().map { place, value in
                    let from = place + offset
                    return gain * value + (sound.indices.contains(from) ? sound[from] : 0)
                })
        }
    }

    /// The beginning of a sound alone and its end alone, cut at three places, and its halves in the wrong order. Only
    /// of a sound that fits little more than a window: of a longer one a part is what windows hold of it.
    package static func parts(of sound: [Float], window: Int) -> [[Float]] {
        guard 2 * sound.count <= 3 * window else { return [] }
        func alone(_ part: some Collection<Float>, at place: Double) -> [Float] {
            var output = silence(window)
            put(Array(part), into: &output, at: place, gain: 1)
            return output
        }
        let halves = sound.count / 2
        var parts: [[Float]] = []
        for (share, first, last) in cuts {
            let cut = Int(share * Double(sound.count))
            parts.append(alone(sound[..<cut], at: first))
            parts.append(alone(sound[cut...], at: last))
        }
        parts.append(alone(sound[halves...] + sound[..<halves], at: 0.5))
        return parts
    }

    private static func silence(_ count: Int) -> [Float] { [Float](repeating: 0, count: count) }

    private static func sample(_ bed: [Int16], _ index: Int) -> Float { Float(bed[index % bed.count]) / 32768 }

    /// What fits of it, from the part that belongs there.
    private static func put(_ sound: [Float], into output: inout [Float], at place: Double, gain: Float) {
        let length = min(sound.count, output.count)
        let start = Int(place * Double(output.count - length))
        let skipped = Int(place * Double(sound.count - length))
        for index in 0..<length { output[start + index] += gain * sound[skipped + index] }
    }

    private static func clipped(_ samples: [Float]) -> [Float] { samples.map { max(-1, min(1, $0)) } }

    private static func rootMeanSquare(_ samples: [Float]) -> Double {
        (samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(samples.count, 1))).squareRoot()
    }
}
