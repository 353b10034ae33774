import TacitDiagnostics
import TacitFrontEnd
import TacitModelFile
import TacitTestSupport
import Testing

@Suite struct WaveformFrontEndTests {
    /// Every small patch and stride (shorter, equal, longer), pushed at once, one by one, and at random.
    @Test func patchesAreTheSamplesThemselves() throws {
        var random = RandomNumbers(seed: 1)
        for patch in 1...6 {
            for stride in 1...8 {
                let input = WaveformInput(sampleRate: 8000, patch: patch, stride: stride, window: 3)
                for count in [0, 1, patch, 37] {
                    let samples = noise(count, seed: UInt64(count))
                    let expected = Swift.stride(from: 0, through: count - patch, by: stride).map {
                        Array(samples[$0..<$0 + patch])
                    }
                    let frontEnd = try WaveformFrontEnd(input)
                    #expect(patches(of: samples, through: frontEnd) == expected)
                    frontEnd.reset()
                    #expect(patches(of: samples, through: frontEnd, pushes: { _ in 1 }) == expected)
                    frontEnd.reset()
                    let atRandom = patches(of: samples, through: frontEnd) { Int.random(in: 1...$0, using: &random) }
                    #expect(atRandom == expected)
                    #expect(frontEnd.geometry.wholePatches(in: count) == expected.count)
                }
            }
        }
    }

    @Test func aPatchComesWithItsLastSample() throws {
        let frontEnd = try WaveformFrontEnd(WaveformInput(sampleRate: 8000, patch: 5, stride: 3, window: 4))
        for (index, sample) in noise(40, seed: 2).enumerated() {
            let emitted = patches(of: [sample], through: frontEnd).count
            #expect(emitted == (index >= 4 && (index - 4) % 3 == 0 ? 1 : 0))
        }
    }

    @Test func geometryFollowsTheDefinition() throws {
        let geometry = try SoundGeometry(
            .waveform(WaveformInput(sampleRate: 16000, patch: 400, stride: 160, window: 40)))
        #expect(geometry.samplesPerWindow == 39 * 160 + 400)
        #expect(geometry.wholePatches(in: geometry.samplesPerWindow) == 40)
        #expect(geometry.wholePatches(in: geometry.samplesPerWindow - 1) == 39)
    }

    @Test(arguments: [(0, 1, 1), (1, 0, 1), (1, 1, 0), (-5, 1, 1), (1 << 40, 1, 1), (1, .max, 1), (1, 1, .max)])
    func numbersWithoutSenseAreRefused(patch: Int, stride: Int, window: Int) {
        #expect(throws: TacitError.self) {
            try SoundFrontEnds.make(
                .waveform(WaveformInput(sampleRate: 8000, patch: patch, stride: stride, window: window)))
        }
    }

    @Test func otherSensesAreRefused() {
        #expect(throws: TacitError.self) {
            try SoundFrontEnds.make(.tokens(TokensInput(vocabulary: 2, codebooks: 1, window: 1)))
        }
    }
}
