import Conversion
import Foundation
import ModelFile
import Testing

@Suite struct Int8QuantizerTests {
    private func normal(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SplitMix(state: seed)
        return (0..<count).map { _ in
            // Irwin-Hall: close enough to a normal distribution, with no tail beyond six deviations.
            (0..<12).reduce(Float(-6)) { sum, _ in sum + generator.unit() }
        }
    }

    private func obeys(_ levels: [Int8], columns: Int) -> Bool {
        stride(from: 0, to: levels.count, by: columns).allSatisfy { row in
            stride(from: 0, to: columns, by: 2).allSatisfy { column in
                let first = Int(levels[row + column])
                let second = column + 1 < columns ? Int(levels[row + column + 1]) : 0
                return Int8Panels.isPair(first, second)
            }
        }
    }

    @Test func adversarialRowsKeepTheRules() {
        let columns = 7
        let rows: [[Float]] = [
            [Float](repeating: 1, count: columns),
            [Float](repeating: -1, count: columns),
            [1, -1, 1, -1, 1, -1, 1],
            [1, 1, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0, 1],
            [.leastNonzeroMagnitude, 0, -.leastNonzeroMagnitude, 0, 0, 0, 0],
            [1e-38, 1e-38, 0, 0, 0, 0, 0],
            [3e38, 3e38, 3e38, -3e38, 0, 0, 3e38],
            [1e38, 1e-38, 1, -1, 1e10, -1e20, 1e30],
            [Float](repeating: 0, count: columns),
            [127, 127, 1, 1, -127, -127, 64],
            [128, 0.5, 127.5, 0.49, -64.5, -64.5, 65],
        ]
        for method in [Int8Quantizer.Method.unclipped, .searched] {
            let result = Int8Quantizer.quantize(rows.flatMap { $0 }, rows: rows.count, columns: columns, method: method)
            #expect(obeys(result.levels, columns: columns))
            #expect(result.scales.allSatisfy { $0.isFinite && $0 >= 0 })
            #expect(result.scales[9] == 0)
        }
    }

    @Test func unclippedErrorsAreAtMostHalfAStep() {
        let (rows, columns) = (9, 301)
        let weights = normal(rows * columns, seed: 3)
        let result = Int8Quantizer.quantize(weights, rows: rows, columns: columns, method: .unclipped)
        #expect(obeys(result.levels, columns: columns))
        for row in 0..<rows {
            for column in 0..<columns {
                let weight = weights[row * columns + column]
                let value = Float(result.levels[row * columns + column]) * result.scales[row]
                // A pair that just fits may have to give way by one level.
                #expect(abs(weight - value) <= 1.001 * result.scales[row])
            }
        }
    }

    @Test func theSearchNeverLoses() throws {
        for (seed, columns) in [(1, 64), (2, 77), (3, 512), (4, 1536)] as [(UInt64, Int)] {
            let weights = normal(8 * columns, seed: seed)
            let noise = Int8Quantizer.Method.allCases.map {
                Int8Quantizer.quantize(weights, rows: 8, columns: columns, method: $0).error.noise
            }
            // In the order of the cases: plain, unclipped, searched.
            #expect(noise[2] <= noise[1])
            // The rule of pairs costs less than three decibels against plain int8, on weights of this distribution.
            #expect(noise[2] < 2 * noise[0])
        }
    }

    @Test func pairsAreMovedToTheNearestLegalOnes() {
        // Two columns, so that every legal pair can be tried.
        var generator = SplitMix(state: 11)
        for _ in 0..<40 {
            let weights = [0.5 + generator.unit() / 2, 0.5 + generator.unit() / 2]
            let result = Int8Quantizer.quantize(weights, rows: 1, columns: 2)
            let unclipped = max(weights.max() ?? 0, (weights[0] + weights[1]) * 127 / 128) / 127
            for candidate in 0...20 {
                let scale = unclipped * (1 - 0.03 * Float(candidate))
                var best = Double.infinity
                for first in 0...127 {
                    for second in 0...min(127, 128 - first) {
                        let differences = [weights[0] - Float(first) * scale, weights[1] - Float(second) * scale]
                        best = min(best, differences.reduce(0) { $0 + Double($1 * $1) })
                    }
                }
                #expect(result.error.noise <= best * (1 + 1e-5) + 1e-14)
            }
        }
    }

    @Test func errorsAreThoseOfTheLevels() {
        let weights = normal(5 * 33, seed: 9)
        let result = Int8Quantizer.quantize(weights, rows: 5, columns: 33)
        var (signal, noise) = (0.0, 0.0)
        for (index, weight) in weights.enumerated() {
            let difference = Double(weight) - Double(result.levels[index]) * Double(result.scales[index / 33])
            signal += Double(weight) * Double(weight)
            noise += difference * difference
        }
        #expect(abs(result.error.signal - signal) <= 1e-9 * signal)
        #expect(abs(result.error.noise - noise) <= 1e-9 * noise)
    }
}

/// SplitMix64 (Steele et al. 2014).
struct SplitMix {
    var state: UInt64

    /// 0..<1.
    mutating func unit() -> Float {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Float((mixed ^ (mixed >> 31)) >> 40) * 0x1p-24
    }
}
