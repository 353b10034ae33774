import TacitLive
import Testing

/// What windows of copies hold, sample by sample.
@Suite struct SoundCopiesTests {
    private let bed = (0..<700).map { Int16(($0 * 7919) % 201 - 100) }

    private func power(_ samples: some Collection<Float>) -> Double {
        samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(samples.count)
    }

    /// Moved, louder and softer, with one bed after the other under them.
    @Test func copiesAreMovedIntoBeds() {
        let copies = SoundCopies.moved([0.5, 0.25], window: 6, beds: [[3277], [0, -3277]])
        let hum = Float(3277) / 32768
        #expect(copies.count == 5)
        #expect(copies[0] == [hum, hum, hum, hum, 0.5 + hum, 0.25 + hum])
        #expect(copies[1] == [0, -hum, Float(0.3) * 0.5, Float(0.3) * 0.25 - hum, 0, -hum])
        #expect(copies[2] == [0, 1, 0.5, 0, 0, 0])
    }

    /// A short one moves from the window's end to its beginning, and is cut by a tenth at both; 10 dB above the noise.
    @Test func noiseIsTenDecibelsBelow() {
        let sound = (0..<400).map { Float($0 % 2 == 0 ? 0.2 : -0.2) }
        let copies = SoundCopies.inNoise(sound, window: 1000, sampleRate: 1000, beds: [bed])
        #expect(copies.count == 6)
        #expect(copies.allSatisfy { $0.count == 1000 })
        for (copy, starts) in zip(copies, [640, 504, 368, 232, 96, -40]) {
            // Sound and noise do not hang together: what is left when the sound is taken out is noise alone.
            let rest = copy.indices.map { place in
                copy[place] - (sound.indices.contains(place - starts) ? sound[place - starts] : 0)
            }
            let level = power(sound) / power(rest)
            #expect(abs(level - 10) < 0.01, "\(level) at \(starts)")
        }
        #expect(SoundCopies.inNoise(sound, window: 1000, sampleRate: 1000, beds: []).isEmpty)
        #expect(SoundCopies.inNoise([], window: 1000, sampleRate: 1000, beds: [bed]).isEmpty)
    }

    /// Windows go through a sound that is longer than they are.
    @Test func allOfALongSoundIsThere() {
        let sound = (0..<3000).map { Float($0) / 3000 }
        let copies = SoundCopies.inNoise(sound, window: 1000, sampleRate: 1000, beds: [bed])
        #expect(copies.count == 6)
        let means = copies.map { Double($0.reduce(0, +)) / 1000 }
        #expect(zip(means, means.dropFirst()).allSatisfy { $0 < $1 })
        #expect(means[0] < 0.2 && means[5] > 0.75)
    }

    @Test func partsAreNotTheWhole() {
        let sound = (1...100).map { Float($0) / 1000 }
        let parts = SoundCopies.parts(of: sound, window: 120)
        #expect(parts.map(\.count) == [Int](repeating: 120, count: 7))
        #expect(parts.map { $0.count { $0 > 0 } } == [35, 65, 50, 50, 65, 35, 100])
        #expect(parts.map { $0.max() } == [0.035, 0.1, 0.05, 0.1, 0.065, 0.1, 0.1])
        #expect(Array(parts[2].suffix(50)) == Array(sound.prefix(50)))
        #expect(Array(parts[3].prefix(50)) == Array(sound.suffix(50)))
        #expect(Array(parts[6][10..<110]) == Array(sound.suffix(50) + sound.prefix(50)))
        // Of what is longer than one and a half windows a part is all that one holds.
        #expect(SoundCopies.parts(of: sound, window: 66).isEmpty && !SoundCopies.parts(of: sound, window: 67).isEmpty)
        #expect(SoundCopies.areWords(inWindow: 200, sampleRate: 100))
        #expect(!SoundCopies.areWords(inWindow: 201, sampleRate: 100))
    }
}
