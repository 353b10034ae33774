import TacitEngine
import TacitMeasures
import TacitModelFile

/// Takes made-up contexts through a trunk that is being quantized, so that every matrix is fitted to what reaches it
/// from the quantized ones before it.
struct CalibratedTrunk {
    /// Made-up contexts side by side: their patches are to be a few for each column of a matrix.
    static let contexts = 32

    private let description: ModelDescription
    private let length: Int
    private var exact: TrunkStream
    private var rounded: TrunkStream

    /// - Parameters:
    ///   - description: of the whole model.
    ///   - sample: what weights are fitted to.
    init(_ description: ModelDescription, _ sample: SamplePatches) {
        self.description = description
        length = sample.length
        exact = TrunkStream(sample)
        rounded = exact
    }

    var error: RelativeError? { rounded.error(against: exact) }

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
    ) throws -> [String: (PackedMatrix, QuantizationError)] {
        func tensors(_ packed: [String: (PackedMatrix, QuantizationError)]) -> BlockTensors {
            var matrices = weights.mapValues(\.packed)
            for (name, own) in packed { matrices[name] = own.0 }
            return BlockTensors(description, layer: layer, patches: length, vectors, matrices)
        }
        let reference = tensors([:])
        try exact.advance(reference)
        var packed: [String: (PackedMatrix, QuantizationError)] = [:]
        for (name, path) in Self.places {
            guard let matrix = weights[name] else { continue }
            let inputs = try rounded.inputs(of: tensors(packed))
            packed[name] = try pack(matrix, inputs[keyPath: path], quantizer(name))
        }
        try rounded.advance(tensors(packed))
        return packed
    }

    /// Matrices, in the order in which a block gets to them, and what they are multiplied by.
    private static var places: [(name: String, inputs: KeyPath<ProductInputs, [Float]>)] {
        [
            (TensorName.attentionQueryKeyValue(0), \.queryKeyValue),
            (TensorName.attentionOutput(0), \.attentionOutput),
            (TensorName.feedForwardInput(0), \.feedForwardInput),
            (TensorName.feedForwardOutput(0), \.feedForwardOutput),
        ]
    }

    /// Only 4 bits leave errors that are worth making up for.
    private func pack(
        _ matrix: TrunkWeights.Matrix, _ inputs: [Float], _ quantizer: any Quantizer
    ) throws -> (PackedMatrix, QuantizationError) {
        guard let quantizer = quantizer as? Int4Quantizer else {
            return quantizer.pack(matrix.weights, rows: matrix.rows, columns: matrix.columns, bias: matrix.bias)
        }
        let (rows, columns) = (matrix.rows, matrix.columns)
        return try quantizer.pack(matrix.weights, rows: rows, columns: columns, bias: matrix.bias) {
            try GPTQQuantizer.quantize($0, rows: rows, columns: columns, groupSize: quantizer.groupSize, inputs: inputs)
        }
    }
}
