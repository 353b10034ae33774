import TacitEngine
import TacitModelFile

/// How far each matrix alone, with few bits, puts a trunk's output off: for every matrix a stream of its own leaves the
/// exact one at its block and goes on in 32-bit floats to the end.
struct Sensitivity {
    /// Contexts of each stream, and most patches of one: there are many streams.
    private static let contexts = 4
    private static let longest = 24

    private let description: ModelDescription
    private let quantizer: any Quantizer
    private let length: Int
    private var exact: TrunkStream
    private var streams: [(name: String, stream: TrunkStream)] = []

    init(_ description: ModelDescription, _ surroundings: Surroundings, quantizer: any Quantizer) throws {
        let sample = try SamplePatches(
            description, surroundings, contexts: Self.contexts, longest: Self.longest)
        self.description = description
        self.quantizer = quantizer
        length = sample.length
        exact = TrunkStream(sample)
    }

    /// Takes all streams through the next block.
    ///
    /// - Parameters:
    ///   - layer: the block's number.
    ///   - vectors: the block's and the final norm's, by their names in a model of one block.
    ///   - weights: its matrices, by such names.
    mutating func advance(
        layer: Int, vectors: [String: [Float]], weights: [String: TrunkWeights.Matrix]
    ) throws {
        func block(quantizing quantized: String?) -> BlockTensors {
            var matrices = weights.mapValues(\.packed)
            if let quantized, let matrix = weights[quantized] {
                matrices[quantized] =
                    quantizer.pack(matrix.weights, rows: matrix.rows, columns: matrix.columns, bias: matrix.bias).0
            }
            return BlockTensors(description, layer: layer, patches: length, vectors, matrices)
        }
        var own: [(name: String, stream: TrunkStream)] = []
        for name in weights.keys.sorted() {
            var stream = exact
            try stream.advance(block(quantizing: name))
            own.append((TensorName.moved(name, from: 0, to: layer) ?? name, stream))
        }
        let reference = block(quantizing: nil)
        try exact.advance(reference)
        for index in streams.indices { try streams[index].stream.advance(reference) }
        streams += own
    }

    /// By name, the square of the error of the last hidden states.
    var squares: [String: Double] {
        Dictionary(
            uniqueKeysWithValues: streams.map { name, stream in
                let mean = stream.error(against: exact)?.mean ?? 0
                return (name, mean * mean)
            })
    }
}
