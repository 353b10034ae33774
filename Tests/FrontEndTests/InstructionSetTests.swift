import CTacitAllocationCounter
import CTacitKernels
import TacitFrontEnd
import TacitModelFile
import TacitTestSupport
import Testing

/// The front end for log-mel spectra on every instruction set that this machine has, bit for bit.
/// (`tools/arm64-kernels/run` compares its kernels across x86-64 and ARM.)
@Suite struct InstructionSetTests {
    private static var available: [String] {
        (0...).lazy.map { tacit_kernels_at($0) }.prefix { $0 != nil }.compactMap { table in
            table.map { String(cString: $0.pointee.name) }
        }
    }

    private static func input(fftSize: Int) -> LogMelInput {
        LogMelInput(
            sampleRate: 8000, fftSize: fftSize, windowLength: max(1, fftSize * 4 / 5), hopLength: 1 + fftSize / 3,
            mels: 3 + fftSize / 9, minimumFrequency: 0, maximumFrequency: 4000, logOffset: 1e-4, mean: -2,
            deviation: 2.5, patchFrames: 3, strideFrames: 3, window: 5)
    }

    private enum Kind: CaseIterable {
        case random, wide, tiny, huge, silent, special

        func samples(_ count: Int) -> [Float] {
            var random = RandomNumbers(seed: 11)
            let specials: [Float] = [
                .nan, -.nan, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
                .leastNonzeroMagnitude, .leastNormalMagnitude, 1e19, -0.0,
            ]
            return noise(count, seed: 12).map { sample in
                switch self {
                case .random: sample
                case .wide: sample * Float(sign: .plus, exponent: .random(in: -40...40, using: &random), significand: 1)
                case .tiny: sample * 1e-38
                case .huge: sample * 1e38
                case .silent: 0
                // Few enough for some frames to hold none.
                case .special:
                    Int.random(in: 0..<300, using: &random) == 0
                        ? specials.randomElement(using: &random) ?? 0 : sample
                }
            }
        }
    }

    /// Every radix and mixtures of them, primes, odd and even: every kernel of the front end.
    @Test func allGiveTheSameBits() throws {
        #expect(Self.available.first == "portable")
        for n_fft in Array(2...40) + [45, 50, 64, 75, 94, 96, 97, 120, 125, 200, 243, 250, 256, 400, 512] {
            for kind in Kind.allCases {
                let samples = kind.samples(n_fft * 9 + 5)
                let results = try Self.available.map { name in
                    let frontEnd = try LogMelFrontEnd(Self.input(fftSize: n_fft), instructionSet: name)
                    return bits(patches(of: samples, through: frontEnd))
                }
                #expect(results[0].count > 3)
                #expect(results.allSatisfy { $0 == results[0] }, "n_fft \(n_fft), \(kind)")
            }
        }
    }

    /// What is not finite counts as the largest number that is: the same on every machine, whatever its NaNs are.
    @Test func whatIsNoNumberIsLoud() throws {
        for name in Self.available {
            for value: Float in [.nan, -.nan, .infinity, -.infinity, 1e30] {
                let frontEnd = try LogMelFrontEnd(Self.input(fftSize: 64), instructionSet: name)
                var samples = [Float](repeating: 0, count: 200)
                for index in stride(from: 30, to: 200, by: 20) { samples[index] = value }
                let values = Set(patches(of: samples, through: frontEnd).joined())
                #expect(values.count == 1)
                #expect(values.allSatisfy { abs($0 - (88.72284 + 2) / 2.5) < 1e-5 })
            }
        }
    }

    @Test func nothingIsAllocatedAfterTheStart() throws {
        // Packed and not, by passes and by Bluestein's convolution.
        for n_fft in [60, 64, 94, 45, 47] {
            for name in Self.available {
                let frontEnd = try LogMelFrontEnd(Self.input(fftSize: n_fft), instructionSet: name)
                let samples = noise(3000, seed: 13)
                var count = 0
                func run() {
                    samples.withUnsafeBufferPointer { samples in
                        for start in stride(from: 0, to: samples.count, by: 250) {
                            let piece = UnsafeBufferPointer(rebasing: samples[start..<start + 250])
                            frontEnd.push(piece) { _ in count += 1 }
                        }
                    }
                }
                run()
                let before = tacit_allocations_on_this_thread()
                run()
                #expect(tacit_allocations_on_this_thread() == before)
                #expect(count > 3)
            }
        }
    }
}
