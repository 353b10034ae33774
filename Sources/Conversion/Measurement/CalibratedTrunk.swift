import Glibc
import TacitEngine
import TacitModelFile

/// Takes made-up contexts through a trunk that is being quantized, so that every matrix is fitted to what reaches it from
/// the quantized ones before it.
struct CalibratedTrunk {
    /// Contexts side by side: their patches are to be a few for each column of a matrix.
    static let contexts = Int(getenv("TACIT_CTX").map { String(cString: $0) } ?? "32") ?? 32

    private let description: ModelDescription
    private let patches: Int
    private var exact: TrunkStream
    private var rounded: TrunkStream

    init(_ description: ModelDescription, _ surroundings: Surroundings) throws {
        let sample = try SamplePatches(description, surroundings, contexts: Self.contexts)
        let threads = max(1, min(8, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        self.description = description
        patches = sample.patches
        exact = TrunkStream(sample.rows, contexts: Self.contexts, patches: patches, threads: threads)
        rounded = exact
    }

    var error: TrunkError? { rounded.error(against: exact) }

    /// Takes both streams through the next block.
    ///
    /// - Parameters:
    ///   - layer: the block's number.
    ///   - vectors: the block's and the final norm's, by their names in a model of one block.
    ///   - weights: its matrices, by such names.
    ///   - quantizer: of a matrix, by its name.
    /// - Returns: by these names, what is stored.
    mutating func advance(
        layer: Int, vectors: [String: [Float]], weights: [String: TrunkWeights.Matrix],
        quantizer: (String) -> any Quantizer
    ) throws -> CalibratedBlock {
        func tensors(
            _ vectors: [String: [Float]], _ weights: [String: TrunkWeights.Matrix],
            _ packed: [String: (PackedMatrix, QuantizationError)]
        ) -> BlockTensors {
            let block = BlockTensors(description, layer: layer, patches: patches)
            for (name, vector) in vectors { block.add(vector: name, vector) }
            for (name, matrix) in weights {
                block.add(
                    matrix: name,
                    packed[name]?.0
                        ?? MatrixPacker.float32(
                            matrix.weights, rows: matrix.rows, columns: matrix.columns, bias: matrix.bias))
            }
            return block
        }
        let reference = tensors(vectors, weights, [:])
        let (vectors, weights) = smoothed(vectors, weights, try exact.inputs(of: reference))
        try exact.advance(reference)
        var packed: [String: (PackedMatrix, QuantizationError)] = [:]
        for (name, path) in Self.places {
            guard let matrix = weights[name] else { continue }
            let inputs = try rounded.inputs(of: tensors(vectors, weights, packed))
            let width = description.trunk.width
            var rowWeights: [Float]?
            if Self.weighting, matrix.rows == width {
                rowWeights = (0..<exact.rows.count / width).map { row in
                    let square = exact.rows[row * width..<(row + 1) * width].reduce(Float(0)) { $0 + $1 * $1 }
                    return 1 / max(square, 1e-20).squareRoot()
                }
            }
            packed[name] = pack(matrix, inputs[keyPath: path], quantizer(name), rowWeights)
        }
        try rounded.advance(tensors(vectors, weights, packed))
        return CalibratedBlock(vectors: vectors, matrices: packed)
    }

    static let weighting = getenv("TACIT_W") != nil

    /// Matrices, in the order in which a block gets to them, and what they are multiplied by.
    private static var places: [(name: String, inputs: KeyPath<ProductInputs, [Float]>)] {
        [
            (TensorName.attentionQueryKeyValue(0), \.queryKeyValue),
            (TensorName.attentionOutput(0), \.attentionOutput),
            (TensorName.feedForwardInput(0), \.feedForwardInput),
            (TensorName.feedForwardOutput(0), \.feedForwardOutput),
        ]
    }

    /// The same block with inputs that are easier to round: what is taken from them goes into norms and, where the
    /// feed-forward part is gated, into the rows that its gates are multiplied by.
    private func smoothed(
        _ vectors: [String: [Float]], _ weights: [String: TrunkWeights.Matrix], _ inputs: ProductInputs
    ) -> ([String: [Float]], [String: TrunkWeights.Matrix]) {
        var (vectors, weights) = (vectors, weights)
        func factors(_ name: String, _ inputs: [Float]) -> [Float]? {
            weights[name].map { Smoothing.factors(inputs: inputs, weights: $0.weights, columns: $0.columns) }
        }
        for (norm, name, inputs) in [
            (TensorName.attentionNorm(0), TensorName.attentionQueryKeyValue(0), inputs.queryKeyValue),
            (TensorName.feedForwardNorm(0), TensorName.feedForwardInput(0), inputs.feedForwardInput),
        ] {
            guard let factors = factors(name, inputs) else { continue }
            weights[name] = weights[name]?.multiplying(columns: factors)
            for field in ["\(norm).weight", "\(norm).bias"] {
                vectors[field] = vectors[field].map { zip($0, factors).map { $0 / $1 } }
            }
        }
        let (first, second) = (TensorName.feedForwardInput(0), TensorName.feedForwardOutput(0))
        if description.trunk.isGated, let factors = factors(second, inputs.feedForwardOutput) {
            weights[second] = weights[second]?.multiplying(columns: factors)
            weights[first] = weights[first]?.dividing(lastRows: factors)
        }
        return (vectors, weights)
    }

    /// Only 4 bits leave errors that are worth making up for.
    private func pack(
        _ matrix: TrunkWeights.Matrix, _ inputs: [Float], _ quantizer: any Quantizer, _ rowWeights: [Float]?
    ) -> (PackedMatrix, QuantizationError) {
        guard case .int4(let groupSize) = quantizer.encoding else {
            return quantizer.pack(matrix.weights, rows: matrix.rows, columns: matrix.columns, bias: matrix.bias)
        }
        let result = GPTQQuantizer.quantize(
            matrix.weights, rows: matrix.rows, columns: matrix.columns, groupSize: groupSize, inputs: inputs,
            inputWeights: rowWeights)
        return (
            MatrixPacker.int4(
                result.levels, groupScales: result.groupScales, scales: result.scales, rows: matrix.rows,
                columns: matrix.columns, groupSize: groupSize, bias: matrix.bias), result.error
        )
    }
}

/// A block as it is stored.
struct CalibratedBlock {
    let vectors: [String: [Float]]
    let matrices: [String: (PackedMatrix, QuantizationError)]
}
