import Foundation
import TacitConversion
import TacitModelFile
import TacitTestSupport
import Testing

@Suite struct Int4QuantizerTests {
    private func normal(_ count: Int, seed: UInt64) -> [Float] {
        var generator = RandomNumbers(seed: seed)
        // Irwin-Hall: close enough to a normal distribution.
        return (0..<count).map { _ in (0..<12).reduce(Float(-6)) { sum, _ in sum + generator.unit() } }
    }

    /// Squared errors of each row, as the file's reader would find them.
    private func noise(_ result: Int4Quantizer.Result, _ weights: [Float], columns: Int, groupSize: Int) -> [Double] {
        let groups = (columns + groupSize - 1) / groupSize
        return result.scales.indices.map { row in
            (0..<columns).reduce(0) { sum, column in
                let level = Double(result.levels[row * columns + column])
                let groupScale = Double(result.groupScales[row * groups + column / groupSize])
                let difference =
                    Double(weights[row * columns + column]) - level * groupScale * Double(result.scales[row])
                return sum + difference * difference
            }
        }
    }

    private func keepsTheRules(_ result: Int4Quantizer.Result) -> Bool {
        result.levels.allSatisfy { (-8...7).contains($0) } && result.groupScales.allSatisfy { (1...127).contains($0) }
            && result.scales.allSatisfy { $0.isFinite && ($0 == 0 || $0 >= .leastNormalMagnitude) }
    }

    static let ragged = [1, 7, 31, 32, 33, 64, 95, 129, 300]

    @Test(arguments: ragged, [32, 64, 128])
    func theSearchNeverLoses(columns: Int, groupSize: Int) {
        let rows = 19
        var weights = normal(rows * columns, seed: UInt64(columns))
        // Rows of every size, and groups of different ones.
        for index in weights.indices {
            weights[index] *= Float(sign: .plus, exponent: 12 * (index / columns) - 100, significand: 1)
            if index % columns / 32 == 1 { weights[index] *= 0.03 }
        }
        let plain = Int4Quantizer.quantize(
            weights, rows: rows, columns: columns, groupSize: groupSize, method: .plain)
        let searched = Int4Quantizer.quantize(weights, rows: rows, columns: columns, groupSize: groupSize)
        for result in [plain, searched] {
            #expect(keepsTheRules(result))
            #expect(result.scales.allSatisfy { $0 > 0 })
        }
        let (plainNoise, searchedNoise) = (
            noise(plain, weights, columns: columns, groupSize: groupSize),
            noise(searched, weights, columns: columns, groupSize: groupSize)
        )
        for row in 0..<rows { #expect(searchedNoise[row] <= plainNoise[row]) }
        let total = searchedNoise.reduce(0, +)
        #expect(abs(searched.error.noise - total) <= 1e-9 * total)
    }

    /// The search is worth a decibel, and so a group scale of seven bits costs nothing against a float.
    @Test(arguments: [32, 64, 128])
    func theSearchBeatsFreeSteps(groupSize: Int) {
        let (rows, columns) = (32, 512)
        let weights = normal(rows * columns, seed: 77)
        let searched = Int4Quantizer.quantize(weights, rows: rows, columns: columns, groupSize: groupSize)
        var free = 0.0
        for start in stride(from: 0, to: weights.count, by: groupSize) {
            let group = weights[start..<start + groupSize]
            let step = (group.map(abs).max() ?? 0) / 7
            free += group.reduce(0) { sum, weight in
                let difference = weight - (weight / step).rounded(.toNearestOrEven) * step
                return sum + Double(difference * difference)
            }
        }
        #expect(searched.error.noise < 0.85 * free)
        #expect(searched.error.noise > 0.6 * free)
    }

    @Test func adversarialRowsKeepTheRules() {
        let columns = 40
        func row(_ first: Float, _ others: Float, _ last: Float) -> [Float] {
            [first] + [Float](repeating: others, count: columns - 2) + [last]
        }
        let rows: [[Float]] = [
            row(0, 0, 0),
            row(.leastNonzeroMagnitude, 0, -.leastNonzeroMagnitude),
            row(1e-38, 1e-38, 1e-38),
            row(1e-30, -1e-31, 1e-33),
            row(.greatestFiniteMagnitude, -.greatestFiniteMagnitude, .greatestFiniteMagnitude),
            row(3e38, 1, .leastNonzeroMagnitude),
            row(.leastNonzeroMagnitude, 1, 3e38),
            row(1, 0, 0),
            row(-1, 0, 0),
            row(0, 0, 1),
            row(7, -8, 3),
            row(-8, 1, 1e-20),
        ]
        for groupSize in [32, 64, 128] {
            for method in Int4Quantizer.Method.allCases {
                let result = Int4Quantizer.quantize(
                    rows.flatMap { $0 }, rows: rows.count, columns: columns, groupSize: groupSize, method: method)
                #expect(keepsTheRules(result))
                // Without weight, or with less than any scale could say.
                for row in 0...2 {
                    #expect(result.scales[row] == 0)
                    #expect(result.levels[row * columns..<(row + 1) * columns].allSatisfy { $0 == 0 })
                }
                #expect(result.scales[3...].allSatisfy { $0 > 0 })
            }
        }
    }

    @Test func whatIsOnTheGridStaysThere() {
        // Groups of 32 with steps of 100, 127 and 3 of a channel's scale, each with its extremes.
        let scale: Float = 0.01171875
        let steps: [Float] = [100, 127, 3]
        let weights = steps.flatMap { step in (0..<32).map { Float($0 % 16 - 8) * step * scale } }
        let result = Int4Quantizer.quantize(weights, rows: 1, columns: 96, groupSize: 32)
        let error = noise(result, weights, columns: 96, groupSize: 32)[0]
        #expect(10 * log10(result.error.signal / error) > 40)
    }

    @Test func theSameWeightsGiveTheSameLevels() {
        let weights = normal(64 * 200, seed: 4)
        let results = (0..<3).map { _ in
            Int4Quantizer.quantize(weights, rows: 64, columns: 200, groupSize: 64)
        }
        for result in results {
            #expect(result.levels == results[0].levels)
            #expect(result.groupScales == results[0].groupScales)
            #expect(result.scales == results[0].scales)
            #expect(result.error == results[0].error)
        }
    }

    /// A power of two more or less changes scales and nothing else.
    @Test func sizeDoesNotMatter() {
        let weights = normal(3 * 100, seed: 8)
        let one = Int4Quantizer.quantize(weights, rows: 3, columns: 100, groupSize: 32)
        for factor in [Float(0x1p-100), 0x1p100] {
            let other = Int4Quantizer.quantize(weights.map { $0 * factor }, rows: 3, columns: 100, groupSize: 32)
            #expect(other.levels == one.levels)
            #expect(other.groupScales == one.groupScales)
            #expect(other.scales == one.scales.map { $0 * factor })
        }
    }
}
