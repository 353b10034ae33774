import Foundation
import TacitConversion
import TacitModelFile
import TacitTestSupport
import Testing

@Suite struct Int8QuantizerTests {
    private func normal(_ count: Int, seed: UInt64) -> [Float] {
        var generator = RandomNumbers(seed: seed)
        return (0..<count).map { _ in
            // Irwin-Hall: close enough to a normal distribution, with no tail beyond six deviations.
            (0..<12).reduce(Float(-6)) { sum, _ in sum + generator.unit() }
        }
    }

    private func obeys(_ levels: [Int8], columns: Int) -> Bool {
        stride(from: 0, to: levels.count, by: columns).allSatisfy { row in
            stride(from: 0, to: columns, by: 8).allSatisfy { start in
                [[0, 1, 4, 5], [2, 3, 6, 7]].allSatisfy { four in
                    let levels = four.map { start + $0 < columns ? Int32(levels[row + start + $0]) : 0 }
                    return Int8Panels.isFour(SIMD4(levels)) && levels.allSatisfy { abs($0) <= 127 }
                        && levels.reduce(0) { $0 + max($1, 0) } <= 128 && levels.reduce(0) { $0 + min($1, 0) } >= -128
                }
            }
        }
    }

    @Test func adversarialRowsKeepTheRules() {
        let columns = 11
        let rows: [[Float]] = [
            [Float](repeating: 1, count: columns),
            [Float](repeating: -1, count: columns),
            [1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1],
            [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            [.leastNonzeroMagnitude, 0, -.leastNonzeroMagnitude, 0, 0, 0, 0, 0, 0, 0, 0],
            [1e-38, 1e-38, 0, 0, 0, 0, 0, 0, 0, 1e-38, 0],
            [3e38, 3e38, 3e38, -3e38, 0, 0, 3e38, 3e38, 0, -3e38, -3e38],
            [1e38, 1e-38, 1, -1, 1e10, -1e20, 1e30, -1e38, 0, 0, 1e38],
            [Float](repeating: 0, count: columns),
            [127, 127, 1, 1, -127, -127, 64, 64, 127, 127, 127],
            [128, 0.5, 127.5, 0.49, -64.5, -64.5, 65, 64.5, 1, 1, 1],
            [127, 0.5, -127, -0.5, 0.5, 0.5, -0.5, -0.5, 0, 0, 0],
            [1000, 1000, 1000, 1, 1000, 1000, 1, 1, -1000, -1, 1],
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
                // A four that just fits may have to give way by two levels, each by one.
                #expect(abs(weight - value) <= 1.501 * result.scales[row])
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
            // The rule of fours costs less than six decibels against plain int8, on weights of this distribution.
            #expect(noise[2] < 4 * noise[0])
        }
    }

    @Test func foursAreMovedToTheNearestLegalOnes() {
        // One four of a row of eight columns, so that the best levels at a scale can be found by trying all.
        var generator = RandomNumbers(seed: 11)
        for round in 0..<40 {
            let magnitudes = (0..<4).map { _ in (round % 2 == 0 ? 0.5 : 0.05) + generator.unit() / 2 }
            var weights = [Float](repeating: 0, count: 8)
            let columns = round % 4 < 2 ? [0, 1, 4, 5] : [2, 3, 6, 7]
            let sign: Float = round % 3 == 0 ? -1 : 1
            for (column, magnitude) in zip(columns, magnitudes) { weights[column] = sign * magnitude }
            // Of the other sign: it takes no part.
            if round % 5 == 0 { weights[columns[round % 4]] *= -1 }
            let result = Int8Quantizer.quantize(weights, rows: 1, columns: 8)
            #expect(obeys(result.levels, columns: 8))
            let bearing = weights.map { sign * $0 }.filter { $0 > 0 }
            let unclipped = max((magnitudes.max() ?? 0) / 127, bearing.reduce(0, +) / 128)
            for candidate in 0...20 {
                let scale = unclipped * (1 - 0.03 * Float(candidate))
                let others = weights.filter { sign * $0 < 0 }.map { weight -> Double in
                    let level = max(-127, min(127, (weight / scale).rounded()))
                    return Double(weight - level * scale) * Double(weight - level * scale)
                }
                let best = leastError(of: bearing, scale: scale) + others.reduce(0, +)
                #expect(result.error.noise <= best * (1 + 1e-4) + 1e-14)
            }
        }
    }

    /// Of levels of 0...127 with a sum of at most 128, by dynamic programming.
    private func leastError(of weights: [Float], scale: Float) -> Double {
        var least = [Double](repeating: 0, count: 129)
        for weight in weights {
            least = (0...128).map { sum in
                (0...min(sum, 127)).map { level in
                    let difference = Double(weight) - Double(level) * Double(scale)
                    return least[sum - level] + difference * difference
                }.min() ?? .infinity
            }
        }
        return least[128]
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
