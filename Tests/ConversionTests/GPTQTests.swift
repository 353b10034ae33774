import TacitConversion
import TacitModelFile
import TacitTestSupport
import Testing

@Suite struct GPTQTests {
    private static let (rows, samples) = (21, 150)

    private func numbers(_ count: Int, seed: UInt64) -> [Float] {
        var generator = RandomNumbers(seed: seed)
        return (0..<count).map { _ in (0..<6).reduce(Float(-3)) { sum, _ in sum + generator.unit() } }
    }

    /// Neighbours alike, and some columns far larger than others.
    private func inputs(columns: Int, seed: UInt64 = 3) -> [Float] {
        var inputs = numbers(Self.samples * columns, seed: seed)
        for index in inputs.indices {
            if index % columns > 0 { inputs[index] += 0.7 * inputs[index - 1] }
            if index % columns % 13 == 5 { inputs[index] *= 9 }
        }
        return inputs
    }

    /// Squared error of the outputs.
    private func outputError(
        _ result: GroupedQuantizer.Result, _ weights: [Float], _ inputs: [Float], columns: Int, groupSize: Int
    ) -> Double {
        let groups = (columns + groupSize - 1) / groupSize
        var total = 0.0
        for row in 0..<Self.rows {
            let errors = (0..<columns).map { column in
                let step = Double(result.groupScales[row * groups + column / groupSize]) * Double(result.scales[row])
                return Double(weights[row * columns + column]) - Double(result.levels[row * columns + column]) * step
            }
            for sample in 0..<Self.samples {
                let sum = (0..<columns).reduce(0) { $0 + errors[$1] * Double(inputs[sample * columns + $1]) }
                total += sum * sum
            }
        }
        return total
    }

    /// Level for level what the paper's algorithm gives, written down as it stands there: through the inverse of the
    /// Hessian, column by column.
    @Test(arguments: [(1, 32), (7, 32), (31, 32), (33, 32), (70, 32), (130, 64), (200, 128)])
    func agreesWithThePaper(columns: Int, groupSize: Int) throws {
        let weights = numbers(Self.rows * columns, seed: UInt64(columns))
        let inputs = inputs(columns: columns)
        let result = try GPTQQuantizer.quantize(
            weights, rows: Self.rows, columns: columns, groupSize: groupSize, inputs: inputs)
        let nearest = Int4Quantizer.quantize(weights, rows: Self.rows, columns: columns, groupSize: groupSize)
        #expect(result.groupScales == nearest.groupScales && result.scales == nearest.scales)

        let reference = PlainGPTQ(inputs.map(Double.init), columns: columns)
        let groups = (columns + groupSize - 1) / groupSize
        for row in 0..<Self.rows {
            let expected = reference.levels(weights[row * columns..<(row + 1) * columns].map(Double.init)) { column in
                Double(nearest.groupScales[row * groups + column / groupSize]) * Double(nearest.scales[row])
            }
            #expect(result.levels[row * columns..<(row + 1) * columns].map(Int.init) == expected, "row \(row)")
        }
        guard columns > 1 else { return }
        let (fitted, rounded) = (
            outputError(result, weights, inputs, columns: columns, groupSize: groupSize),
            outputError(nearest, weights, inputs, columns: columns, groupSize: groupSize)
        )
        #expect(fitted < 0.8 * rounded, "\(fitted) against \(rounded)")
        #expect(result.error.noise >= nearest.error.noise)
    }

    /// Sums of inputs are exact, in whatever order a processor's kernels take them.
    @Test func theOrderOfInputsIsOfNoConsequence() throws {
        let columns = 96
        let weights = numbers(Self.rows * columns, seed: 8)
        let inputs = inputs(columns: columns)
        let turned = (0..<Self.samples).reversed().flatMap { inputs[$0 * columns..<($0 + 1) * columns] }
        let first = try GPTQQuantizer.quantize(
            weights, rows: Self.rows, columns: columns, groupSize: 32, inputs: inputs)
        let second = try GPTQQuantizer.quantize(
            weights, rows: Self.rows, columns: columns, groupSize: 32, inputs: turned)
        #expect(first.levels == second.levels)
    }

    /// Inputs of any size are as good as any other.
    @Test(arguments: [-120, -40, 40, 120])
    func theScaleOfInputsIsOfNoConsequence(exponent: Int) throws {
        let columns = 64
        let weights = numbers(Self.rows * columns, seed: 4)
        let inputs = inputs(columns: columns)
        let scaled = inputs.map { $0 * Float(sign: .plus, exponent: exponent, significand: 1) }
        let first = try GPTQQuantizer.quantize(
            weights, rows: Self.rows, columns: columns, groupSize: 32, inputs: inputs)
        let second = try GPTQQuantizer.quantize(
            weights, rows: Self.rows, columns: columns, groupSize: 32, inputs: scaled)
        #expect(first.levels == second.levels)
    }

    /// Fewer inputs than columns, columns that are always 0, rows without weight.
    @Test func poorInputs() throws {
        let columns = 80
        var weights = numbers(Self.rows * columns, seed: 9)
        for column in 0..<columns { weights[3 * columns + column] = 0 }
        var few = Array(inputs(columns: columns)[..<(5 * columns)])
        for index in few.indices where index % columns > 60 { few[index] = 0 }
        let result = try GPTQQuantizer.quantize(weights, rows: Self.rows, columns: columns, groupSize: 32, inputs: few)
        #expect(result.levels.allSatisfy { (-8...7).contains($0) })
        #expect(result.levels[3 * columns..<4 * columns].allSatisfy { $0 == 0 })
        let nearest = Int4Quantizer.quantize(weights, rows: Self.rows, columns: columns, groupSize: 32)
        #expect(result.levels != nearest.levels)
        // Whose inputs are 0 neither move others nor are moved.
        for row in 0..<Self.rows {
            #expect(
                result.levels[row * columns + 61..<(row + 1) * columns]
                    == nearest.levels[row * columns + 61..<(row + 1) * columns])
        }
    }

    @Test(arguments: [Float.nan, .infinity, 0])
    func inputsThatTellNothing(value: Float) throws {
        let columns = 48
        let weights = numbers(Self.rows * columns, seed: 2)
        var inputs = inputs(columns: columns)
        if value == 0 { inputs = inputs.map { _ in 0 } } else { inputs[77] = value }
        let result = try GPTQQuantizer.quantize(
            weights, rows: Self.rows, columns: columns, groupSize: 32, inputs: inputs)
        let nearest = Int4Quantizer.quantize(weights, rows: Self.rows, columns: columns, groupSize: 32)
        #expect(result.levels == nearest.levels)
    }
}

/// Frantar et al. 2022, "GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers", section
/// 3.3, with columns in the order of the Hessian's diagonal, a tenth of its mean as damping and scales that are given:
/// without blocks, in double precision.
struct PlainGPTQ {
    private let columns: Int
    private let order: [Int]
    /// Upper Cholesky factor of the inverse of the damped Hessian.
    private var factor: [[Double]]

    init(_ inputs: [Double], columns: Int) {
        self.columns = columns
        var hessian = [[Double]](repeating: [Double](repeating: 0, count: columns), count: columns)
        for start in stride(from: 0, to: inputs.count, by: columns) {
            for row in 0..<columns {
                for column in 0..<columns { hessian[row][column] += inputs[start + row] * inputs[start + column] }
            }
        }
        let diagonal = (0..<columns).map { hessian[$0][$0] }
        let order = (0..<columns).sorted { diagonal[$0] > diagonal[$1] }
        self.order = order
        let damping = 0.1 * diagonal.reduce(0, +) / Double(columns)
        let damped = order.map { row in order.map { hessian[row][$0] + (row == $0 ? damping : 0) } }
        let inverse = Self.inverse(damped)
        factor = inverse.map { $0.map { _ in 0 } }
        // Rows of U with U' U = the inverse.
        for row in 0..<columns {
            for column in row..<columns {
                let sum = (0..<row).reduce(inverse[row][column]) { $0 - factor[$1][row] * factor[$1][column] }
                factor[row][column] = row == column ? sum.squareRoot() : sum / factor[row][row]
            }
        }
    }

    func levels(_ weights: [Double], step: (Int) -> Double) -> [Int] {
        var pending = order.map { weights[$0] }
        var levels = [Int](repeating: 0, count: columns)
        for place in 0..<columns {
            let step = step(order[place])
            let level = step > 0 ? max(-8, min(7, (pending[place] / step).rounded(.toNearestOrEven))) : 0
            levels[order[place]] = Int(level)
            let error = (pending[place] - level * step) / factor[place][place]
            for next in place + 1..<max(columns, place + 1) { pending[next] -= error * factor[place][next] }
        }
        return levels
    }

    /// By Gauss and Jordan.
    private static func inverse(_ matrix: [[Double]]) -> [[Double]] {
        let size = matrix.count
        var left = matrix
        var right = (0..<size).map { row in (0..<size).map { row == $0 ? 1.0 : 0 } }
        for pivot in 0..<size {
            let scale = 1 / left[pivot][pivot]
            for column in 0..<size {
                left[pivot][column] *= scale
                right[pivot][column] *= scale
            }
            for row in 0..<size where row != pivot {
                let factor = left[row][pivot]
                guard factor != 0 else { continue }
                for column in 0..<size {
                    left[row][column] -= factor * left[pivot][column]
                    right[row][column] -= factor * right[pivot][column]
                }
            }
        }
        return right
    }
}
