import TacitMeasures
import TacitModelFile

/// Finds out how a trunk bears to be rounded, by running it in several ways side by side: a few contexts go through
/// every block in 32-bit floats and in each form there is to choose from, with activations as they are and smoothed.
///
/// Large language models have fixed channels and first positions with activations hundreds of times the others
/// (Dettmers et al. 2022, "LLM.int8()"; Sun et al. 2024, "Massive Activations in Large Language Models"): one range for
/// a whole row leaves next to nothing for these.
struct QuantizationTrial {
    /// How weights and activations are rounded.
    enum Form: Hashable {
        /// int8's.
        case rows, groups, twoPlanes
        case int4(groupSize: Int, planes: Int)

        /// What makes the weights of the trial: a search for scales would take most of the time, and gain a fifth of a
        /// decibel with eight bits.
        func packed(_ matrix: TrunkWeights.Matrix) -> PackedMatrix {
            let (weights, rows, columns, bias) = (matrix.weights, matrix.rows, matrix.columns, matrix.bias)
            switch self {
            case .rows, .twoPlanes:
                let planes = Int8Quantizer.planes(
                    self == .rows ? 1 : 2, of: weights, rows: rows, columns: columns, method: .unclipped)
                return MatrixPacker.int8(
                    planes: planes.map { ($0.levels, $0.scales) }, rows: rows, columns: columns, bias: bias)
            case .groups:
                let result = Int8GroupQuantizer.quantize(
                    weights, rows: rows, columns: columns, method: .plain, measuresError: false)
                return MatrixPacker.int8Groups(
                    result.levels, groupScales: result.groupScales, scales: result.scales, rows: rows,
                    columns: columns, bias: bias)
            case .int4(let groupSize, let planes):
                let quantizer = Int4Quantizer(groupSize: groupSize, planes: planes)
                return quantizer.pack(weights, rows: rows, columns: columns, bias: bias).0
            }
        }
    }

    /// What a trunk of this width has in 4 bits. For int8 nobody asks.
    static func fourBits(_ options: ConversionOptions, width: Int) -> Form {
        let weights: ConversionOptions.Weights = options.weights == .mixed ? .mixed : .int4
        let encoding = weights.encoding(width: width, groupSize: options.groupSize)
        return .int4(groupSize: encoding.groupSize, planes: encoding.planes)
    }

    /// One of the ways.
    struct Way: Hashable {
        let form: Form
        let isSmoothed: Bool
    }

    private let description: ModelDescription
    let sample: SamplePatches
    private(set) var exact: TrunkStream
    private var streams: [(way: Way, stream: TrunkStream)]
    /// Of each block, by what the unrounded trunk makes of the contexts.
    private(set) var smoothing: [BlockSmoothing] = []

    /// - Parameters:
    ///   - description: of the whole model.
    ///   - sample: what goes through.
    ///   - ways: to be tried.
    init(_ description: ModelDescription, _ sample: SamplePatches, ways: [Way]) {
        self.description = description
        self.sample = sample
        exact = TrunkStream(sample)
        streams = ways.map { ($0, TrunkStream(sample)) }
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
        let reference = BlockTensors(
            description, layer: layer, patches: sample.length, vectors, weights.mapValues(\.packed))
        let inputs = try exact.advanceKeepingInputs(reference)
        let smoothing = BlockSmoothing(description.trunk, inputs, weights)
        self.smoothing.append(smoothing)
        let smoothed = weights.map { ($0, smoothing.applied(to: $1, $0)) }
        let smoothedVectors = vectors.map { ($0, smoothing.applied(to: $1, $0)) }
        for index in streams.indices {
            let way = streams[index].way
            let own = way.isSmoothed ? Dictionary(uniqueKeysWithValues: smoothed) : weights
            let block = BlockTensors(
                description, layer: layer, patches: sample.length,
                way.isSmoothed ? Dictionary(uniqueKeysWithValues: smoothedVectors) : vectors,
                own.mapValues { way.form.packed($0) })
            try streams[index].stream.advance(block)
        }
    }

    /// How far the last hidden states are off in each way; nothing where the trunk itself computes no numbers.
    var errors: [Way: RelativeError] {
        Dictionary(
            uniqueKeysWithValues: streams.compactMap { way, stream in stream.error(against: exact).map { (way, $0) } })
    }
}
