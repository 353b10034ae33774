import TacitEngine
import TacitModelFile

/// Factors that make a block's activations easier to round, and that its weights take back (Xiao et al. 2023,
/// "SmoothQuant: Accurate and Efficient Post-Training Quantization for Large Language Models"): a column of a matrix is
/// multiplied by `2^e`, and what makes that column's input is divided by it. That is a norm's gain and shift, the rows
/// of the values for attention's output, and the rows that a gate is multiplied by, or that go through ReLU, for the
/// feed-forward part's. An output of GELU has nothing before it that could take a factor.
///
/// Powers of two change no bit of any result in 32-bit floats.
struct BlockSmoothing: Equatable {
    /// Larger factors than `2^reach` are not wanted: they come of channels that hardly ever say something.
    private static let reach = 12
    /// Of inputs and weights; channels beyond are left alone.
    private static let extremes: ClosedRange<Float> = 0x1p-64...0x1p64
    /// Blocks with larger weights are left alone, since factors might lead out of the range of floats.
    private static let largestWeight: Float = 0x1p96

    /// Exponents of columns, of rows, and of what a norm is divided by, by the names of a model of one block.
    private(set) var columns: [String: [Int]] = [:]
    private(set) var rows: [String: [Int]] = [:]
    private(set) var norms: [String: [Int]] = [:]

    /// - Parameters:
    ///   - trunk: the block's.
    ///   - inputs: of its matrices, unrounded.
    ///   - weights: its matrices, by the names of a model of one block.
    init(_ trunk: TrunkDescription, _ inputs: ProductInputs, _ weights: [String: TrunkWeights.Matrix]) {
        guard weights.values.allSatisfy({ $0.weights.allSatisfy { abs($0) < Self.largestWeight } }) else { return }
        func exponents(_ name: String, _ inputs: [Float], sharing shared: (Int) -> Int = { $0 }) -> [Int]? {
            guard let matrix = weights[name] else { return nil }
            return Self.exponents(matrix, inputs, sharing: shared)
        }
        let readers = [
            (TensorName.attentionNorm(0), TensorName.attentionQueryKeyValue(0), inputs.queryKeyValue),
            (TensorName.feedForwardNorm(0), TensorName.feedForwardInput(0), inputs.feedForwardInput),
        ]
        for (norm, matrix, inputs) in readers {
            guard let own = exponents(matrix, inputs) else { continue }
            (columns[matrix], norms[norm]) = (own, own)
        }
        let (width, group) = (trunk.headWidth, trunk.heads / trunk.keyValueHeads)
        // Query heads that share their values share their factors.
        let output = TensorName.attentionOutput(0)
        if let own = exponents(output, inputs.attentionOutput, sharing: { $0 / (width * group) * width + $0 % width }) {
            columns[output] = own
            var values = [Int](repeating: 0, count: trunk.queryKeyValueWidth)
            let first = (trunk.heads + trunk.keyValueHeads) * width
            for head in 0..<trunk.keyValueHeads {
                for element in 0..<width {
                    values[first + head * width + element] = own[head * group * width + element]
                }
            }
            rows[TensorName.attentionQueryKeyValue(0)] = values
        }
        guard trunk.isGated || trunk.activation == .relu,
            let own = exponents(TensorName.feedForwardOutput(0), inputs.feedForwardOutput)
        else { return }
        columns[TensorName.feedForwardOutput(0)] = own
        rows[TensorName.feedForwardInput(0)] =
            (trunk.isGated ? [Int](repeating: 0, count: trunk.feedForwardWidth) : []) + own
    }

    /// Half of the logarithm of a column's largest input over its largest weight, rounded: the paper's factor of 0.5,
    /// at which both are equally hard. Their mean is taken off, so that nothing wanders.
    ///
    /// - Parameter shared: of a column, which factor is its own.
    /// - Returns: one a column; nil where there is nothing to tell from.
    private static func exponents(
        _ matrix: TrunkWeights.Matrix, _ inputs: [Float], sharing shared: (Int) -> Int
    ) -> [Int]? {
        let columns = matrix.columns
        guard let inputs = largest(inputs, columns), let weights = largest(matrix.weights, columns) else { return nil }
        var (input, weight) = ([Float](repeating: 0, count: columns), [Float](repeating: 0, count: columns))
        for column in 0..<columns {
            let place = shared(column)
            input[place] = max(input[place], inputs[column])
            weight[place] = max(weight[place], weights[column])
        }
        var known: [(column: Int, exponent: Int)] = []
        for column in 0..<columns where shared(column) == column {
            guard extremes.contains(input[column]), extremes.contains(weight[column]) else { continue }
            // 2^(2e - 1) <= ratio < 2^(2e + 1)
            let ratio = Int((input[column] / weight[column]).exponent)
            known.append((column, (ratio + 1) >> 1))
        }
        guard !known.isEmpty else { return nil }
        let mean = Double(known.reduce(0) { $0 + $1.exponent }) / Double(known.count)
        var own = [Int](repeating: 0, count: columns)
        for (column, exponent) in known {
            own[column] = max(-reach, min(reach, exponent - Int(mean.rounded())))
        }
        return (0..<columns).map { own[shared($0)] }
    }

    /// The largest magnitude of each column; nil where one is no number.
    private static func largest(_ values: [Float], _ columns: Int) -> [Float]? {
        var result = [Float](repeating: 0, count: columns)
        values.withUnsafeBufferPointer { values in
            result.withUnsafeMutableBufferPointer { result in
                for first in stride(from: 0, to: values.count, by: columns) {
                    for column in 0..<columns {
                        let value = abs(values[first + column])
                        // What is no number stays.
                        result[column] = value <= result[column] ? result[column] : value
                    }
                }
            }
        }
        return result.allSatisfy(\.isFinite) ? result : nil
    }

    /// The block's matrix with its factors.
    func applied(to matrix: TrunkWeights.Matrix, _ name: String) -> TrunkWeights.Matrix {
        guard columns[name] != nil || rows[name] != nil else { return matrix }
        let byColumn = (columns[name] ?? [Int](repeating: 0, count: matrix.columns)).map { Self.factor($0) }
        let byRow = (rows[name] ?? [Int](repeating: 0, count: matrix.rows)).map { Self.factor(-$0) }
        var weights = matrix.weights
        weights.withUnsafeMutableBufferPointer { weights in
            for (row, own) in byRow.enumerated() {
                for (column, factor) in byColumn.enumerated() {
                    weights[row * byColumn.count + column] *= own * factor
                }
            }
        }
        return TrunkWeights.Matrix(
            weights: weights, rows: matrix.rows, columns: matrix.columns,
            bias: matrix.bias.map { zip($0, byRow).map { $0 * $1 } }, fusionDifference: matrix.fusionDifference)
    }

    /// - Parameter name: of a tensor of one of the block's norms, or of another.
    func applied(to vector: [Float], _ name: String) -> [Float] {
        guard let dot = name.lastIndex(of: "."), let own = norms[String(name[..<dot])] else { return vector }
        return zip(vector, own).map { $0 * Self.factor(-$1) }
    }

    private static func factor(_ exponent: Int) -> Float { Float(sign: .plus, exponent: exponent, significand: 1) }
}
