import Foundation
import TacitConversion
import TacitModelFile
import TacitTestSupport
import Testing

@Suite struct Int8GroupQuantizerTests {
    private func weights(_ count: Int, seed: UInt64) -> [Float] {
        var generator = RandomNumbers(seed: seed)
        return (0..<count).map { _ in (0..<12).reduce(Float(-6)) { sum, _ in sum + generator.unit() } }
    }

    private func noise(_ result: GroupedQuantizer.Result, _ weights: [Float], columns: Int) -> [Double] {
        let groups = (columns + 31) / 32
        return result.scales.indices.map { row in
            (0..<columns).reduce(0) { sum, column in
                let step = Double(result.groupScales[row * groups + column / 32]) * Double(result.scales[row])
                let difference =
                    Double(weights[row * columns + column]) - Double(result.levels[row * columns + column]) * step
                return sum + difference * difference
            }
        }
    }

    @Test(arguments: [1, 7, 31, 32, 33, 64, 95, 300])
    func theSearchNeverLoses(columns: Int) {
        let rows = 19
        var weights = weights(rows * columns, seed: UInt64(columns))
        for index in weights.indices {
            weights[index] *= Float(sign: .plus, exponent: 12 * (index / columns) - 100, significand: 1)
            if index % columns / 32 == 1 { weights[index] *= 0.03 }
        }
        let plain = Int8GroupQuantizer.quantize(weights, rows: rows, columns: columns, method: .plain)
        let searched = Int8GroupQuantizer.quantize(weights, rows: rows, columns: columns)
        for result in [plain, searched] {
            #expect(result.levels.allSatisfy { $0 >= -127 })
            #expect(result.groupScales.allSatisfy { (1...127).contains($0) })
            #expect(result.scales.allSatisfy { $0 >= .leastNormalMagnitude && $0.isFinite })
        }
        let (before, after) = (noise(plain, weights, columns: columns), noise(searched, weights, columns: columns))
        for row in 0..<rows { #expect(after[row] <= before[row]) }
        let total = after.reduce(0, +)
        #expect(abs(searched.error.noise - total) <= 1e-9 * total)
    }

    /// An outlier costs its own group alone.
    @Test func outliersStayByThemselves() {
        let (rows, columns) = (16, 512)
        var weights = weights(rows * columns, seed: 5)
        for row in 0..<rows { weights[row * columns + 40] = 60 }
        let rowError = Int8Quantizer.quantize(weights, rows: rows, columns: columns).error
        let groupError = Int8GroupQuantizer.quantize(weights, rows: rows, columns: columns).error
        #expect(groupError.noise * 8 < rowError.noise)
    }

    @Test func adversarialRowsKeepTheRules() {
        let columns = 40
        let rows: [[Float]] = [
            [0, 0], [.leastNonzeroMagnitude, -.leastNonzeroMagnitude], [1e-38, 1e-38], [1e-30, -1e-31],
            [.greatestFiniteMagnitude, -.greatestFiniteMagnitude], [3e38, .leastNonzeroMagnitude], [-1, 1], [0, 1],
        ].map { pair in [pair[0]] + [Float](repeating: pair[1], count: columns - 1) }
        for method in GroupedQuantizer.Method.allCases {
            let result = Int8GroupQuantizer.quantize(
                rows.flatMap { $0 }, rows: rows.count, columns: columns, method: method)
            #expect(result.levels.allSatisfy { $0 >= -127 })
            #expect(result.groupScales.allSatisfy { (1...127).contains($0) })
            #expect(result.scales.allSatisfy { $0.isFinite && ($0 == 0 || $0 >= .leastNormalMagnitude) })
            #expect(result.scales[..<3].allSatisfy { $0 == 0 } && result.scales[3...].allSatisfy { $0 > 0 })
        }
    }
}
