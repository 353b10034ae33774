import Foundation
import TacitModelFile

/// Log-mel frames straight from the definition, in double precision and with no fast transform.
enum ReferenceLogMel {
    /// `[frames][mels]`.
    static func frames(_ samples: [Float], _ input: LogMelInput) -> [[Double]] {
        guard samples.count >= input.fftSize else { return [] }
        let filters = filters(input)
        let left = (input.fftSize - input.windowLength) / 2
        return (0...(samples.count - input.fftSize) / input.hopLength).map { frame in
            var tapered = [Double](repeating: 0, count: input.fftSize)
            for i in 0..<input.windowLength {
                let hann =
                    input.windowLength == 1
                    ? 1 : 0.5 - 0.5 * cos(2 * .pi * Double(i) / Double(input.windowLength))
                tapered[left + i] = hann * Double(samples[frame * input.hopLength + left + i])
            }
            let power = (0...input.fftSize / 2).map { bin -> Double in
                var real = 0.0
                var imaginary = 0.0
                for (j, value) in tapered.enumerated() {
                    let angle = 2 * .pi * Double(j * bin % input.fftSize) / Double(input.fftSize)
                    real += value * cos(angle)
                    imaginary -= value * sin(angle)
                }
                return real * real + imaginary * imaginary
            }
            return filters.map { filter in
                let energy = zip(filter, power).reduce(0) { $0 + $1.0 * $1.1 }
                return (log(energy + input.logOffset) - input.mean) / input.deviation
            }
        }
    }

    /// `[mels][bins]`.
    private static func filters(_ input: LogMelInput) -> [[Double]] {
        func mel(_ hertz: Double) -> Double { 2595 * log10(1 + hertz / 700) }
        let low = mel(input.minimumFrequency)
        let high = mel(input.maximumFrequency)
        let corners = (0..<input.mels + 2).map { i in
            700 * (pow(10, (low + (high - low) * Double(i) / Double(input.mels + 1)) / 2595) - 1)
        }
        return (0..<input.mels).map { m in
            (0...input.fftSize / 2).map { bin in
                let hertz = Double(bin) * Double(input.sampleRate / 2) / Double(input.fftSize / 2)
                let rising = (hertz - corners[m]) / (corners[m + 1] - corners[m])
                let falling = (corners[m + 2] - hertz) / (corners[m + 2] - corners[m + 1])
                return max(0, min(rising, falling))
            }
        }
    }

    /// `[patches][patchFrames * mels]`.
    static func patches(_ samples: [Float], _ input: LogMelInput) -> [[Double]] {
        let frames = frames(samples, input)
        guard frames.count >= input.patchFrames else { return [] }
        return stride(from: 0, through: frames.count - input.patchFrames, by: input.strideFrames).map { start in
            Array(frames[start..<start + input.patchFrames].joined())
        }
    }
}
