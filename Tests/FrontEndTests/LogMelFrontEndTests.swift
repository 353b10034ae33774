import Foundation
import TacitDiagnostics
import TacitFrontEnd
import TacitModelFile
import TacitTestSupport
import Testing

@Suite struct LogMelFrontEndTests {
    private static func input(
        fftSize: Int = 64, win: Int? = nil, hop: Int = 16, mels: Int = 9, frames: Int = 2, stride: Int = 2
    ) -> LogMelInput {
        LogMelInput(
            sampleRate: 8000, fftSize: fftSize, windowLength: win ?? fftSize, hopLength: hop, mels: mels,
            minimumFrequency: 0, maximumFrequency: 4000, logOffset: 1e-4, mean: -2, deviation: 2.5,
            patchFrames: frames, strideFrames: stride, window: 5)
    }

    /// The largest difference, with the number of patches compared.
    private static func compare(_ actual: [[Float]], _ expected: [[Double]]) -> Double {
        guard actual.count == expected.count else { return .infinity }
        return zip(actual.joined(), expected.joined()).map { abs(Double($0) - $1) }.max() ?? 0
    }

    /// Every transform length, so powers of two, mixed radices, primes, odd and even.
    @Test func agreesWithTheDefinitionForEveryLength() throws {
        for n_fft in Array(2...70) + [96, 100, 101, 120, 121, 125, 127, 128, 200, 202, 243, 256] {
            let input = Self.input(fftSize: n_fft, win: max(1, n_fft * 4 / 5), hop: 1 + n_fft / 3)
            let samples = noise(n_fft * 5 + 7, seed: UInt64(n_fft))
            let actual = patches(of: samples, through: try LogMelFrontEnd(input))
            let gap = Self.compare(actual, ReferenceLogMel.patches(samples, input))
            #expect(gap < 5e-5, "n_fft \(n_fft)")
            #expect(!actual.isEmpty)
        }
    }

    /// Patches of any number of frames, with strides shorter, equal and longer, at hops shorter and longer than the
    /// transform.
    @Test func cutsFramesIntoPatches() throws {
        for frames in [1, 2, 3, 4, 5, 9] {
            for stride in [1, 2, 3, 4, 7, 11] {
                for hop in [5, 16, 23] {
                    let input = Self.input(fftSize: 16, hop: hop, mels: 3, frames: frames, stride: stride)
                    let samples = noise(700, seed: UInt64(frames * 100 + stride))
                    let frontEnd = try LogMelFrontEnd(input)
                    let actual = patches(of: samples, through: frontEnd)
                    #expect(Self.compare(actual, ReferenceLogMel.patches(samples, input)) < 5e-5)
                    #expect(frontEnd.geometry.wholePatches(in: samples.count) == actual.count)
                }
            }
        }
    }

    @Test func doesNotDependOnThePushes() throws {
        var random = RandomNumbers(seed: 3)
        for (frames, stride, hop) in [(4, 4, 16), (4, 1, 16), (1, 1, 7), (3, 5, 40), (2, 3, 100)] {
            let input = Self.input(hop: hop, frames: frames, stride: stride)
            let samples = noise(4000, seed: 4)
            let frontEnd = try LogMelFrontEnd(input)
            let atOnce = patches(of: samples, through: frontEnd)
            #expect(atOnce.count > 3)
            for longest in [1, 7, 100, 1000] {
                frontEnd.reset()
                let again = patches(of: samples, through: frontEnd) { _ in Int.random(in: 1...longest, using: &random) }
                #expect(bits(again) == bits(atOnce))
            }
        }
    }

    @Test func aPatchComesWithItsLastSample() throws {
        let frontEnd = try LogMelFrontEnd(Self.input(hop: 10, frames: 3, stride: 2))
        let first = 64 + 2 * 10
        for (index, sample) in noise(300, seed: 5).enumerated() {
            let emitted = patches(of: [sample], through: frontEnd).count
            #expect(emitted == (index + 1 >= first && (index + 1 - first) % 20 == 0 ? 1 : 0))
        }
    }

    @Test func windowsFollowTheContract() throws {
        let input = LogMelInput(
            sampleRate: 16000, fftSize: 512, windowLength: 400, hopLength: 160, mels: 64, minimumFrequency: 0,
            maximumFrequency: 8000, logOffset: 1e-6, mean: 0, deviation: 1, patchFrames: 4, strideFrames: 3,
            window: 124)
        #expect(try SoundGeometry(.logmel(input)).samplesPerWindow == 512 + (123 * 3 + 4 - 1) * 160)
    }

    /// Whatever the samples are, what comes out is numbers.
    @Test func hostileSamplesGiveFiniteValues() throws {
        let frontEnd = try LogMelFrontEnd(Self.input())
        for value: Float in [.nan, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e20, 0] {
            var samples = noise(500, seed: 6)
            samples[250] = value
            for patch in patches(of: samples, through: frontEnd) {
                let allFinite = patch.allSatisfy { $0.isFinite }
                #expect(allFinite)
            }
        }
    }

    @Test func numbersWithoutSenseAreRefused() {
        var inputs: [LogMelInput] = []
        func refuse(_ change: (inout LogMelInput) -> Void) {
            var input = Self.input()
            change(&input)
            inputs.append(input)
        }
        refuse { $0.fftSize = 1 }
        refuse { $0.fftSize = .max }
        refuse { $0.windowLength = 0 }
        refuse { $0.windowLength = 65 }
        refuse { $0.hopLength = 0 }
        refuse { $0.mels = 0 }
        refuse { $0.mels = .max }
        refuse { $0.patchFrames = .max }
        refuse { $0.strideFrames = -1 }
        refuse { $0.minimumFrequency = 4000 }
        refuse { $0.maximumFrequency = .nan }
        refuse { $0.logOffset = 0 }
        refuse { $0.logOffset = .nan }
        refuse { $0.logOffset = 1e-40 }
        refuse { $0.deviation = 0 }
        refuse { $0.deviation = 1e30 }
        refuse { $0.mean = .infinity }
        refuse { $0.sampleRate = 0 }
        for input in inputs {
            #expect(throws: TacitError.self) { try LogMelFrontEnd(input) }
        }
        #expect(throws: TacitError.self) { try LogMelFrontEnd(Self.input(), instructionSet: "4004") }
    }

    private struct Golden: Decodable {
        struct Input: Decodable {
            let sampleRate, nFft, winLength, hopLength, nMels, patchFrames, strideFrames: Int
            let fMin, fMax, logOffset, mean, std: Double
        }
        let input: Input
        let samples: [Int]
        let frames: [[Double]]
    }

    /// torchaudio's own values; `tools/golden/frontend.py` makes them anew.
    @Test(arguments: ["default", "mixed-radix", "odd-window", "prime", "twice-prime", "empty-triangles"])
    func agreesWithTorchaudio(name: String) throws {
        let url = TestPaths.fixtures.appendingPathComponent("frontend/\(name).json")
        let golden = try JSONDecoder.snakeCase.decode(Golden.self, from: try Data(contentsOf: url))
        let input = LogMelInput(
            sampleRate: golden.input.sampleRate, fftSize: golden.input.nFft, windowLength: golden.input.winLength,
            hopLength: golden.input.hopLength, mels: golden.input.nMels, minimumFrequency: golden.input.fMin,
            maximumFrequency: golden.input.fMax, logOffset: golden.input.logOffset, mean: golden.input.mean,
            deviation: golden.input.std, patchFrames: golden.input.patchFrames,
            strideFrames: golden.input.strideFrames, window: 4)
        let actual = patches(of: golden.samples.map { Float($0) / 32768 }, through: try LogMelFrontEnd(input))
        let expected = stride(
            from: 0, through: golden.frames.count - input.patchFrames, by: input.strideFrames
        ).map { Array(golden.frames[$0..<$0 + input.patchFrames].joined()) }
        #expect(Self.compare(actual, expected) < 1e-4)
    }
}
