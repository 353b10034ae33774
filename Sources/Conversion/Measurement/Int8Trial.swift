import TacitDiagnostics
import TacitModelFile

/// Finds out whether a trunk bears int8's fast form, one range a row of activations, by running the two side by side: a few
/// made-up contexts go through every block in 32-bit floats and in int8.
///
/// Large language models have fixed channels and first positions with activations hundreds of times the others (Dettmers et
/// al. 2022, "LLM.int8()"; Sun et al. 2024, "Massive Activations in Large Language Models"): one range for a whole row leaves
/// next to nothing for these.
struct Int8Trial {
    /// The most that last hidden states may be off for the fast form to be taken: trunks without outliers stay below 0.09
    /// and 0.15 by 8 bits alone.
    static let bearable = RelativeError(mean: 0.1, worst: 0.25)
    /// What makes the weights of the trial: a search would take most of the time, and gain a fifth of a decibel.
    static let quantizer = Int8Quantizer(planes: 1, method: .unclipped)

    private(set) var pair: TrunkPair

    init(_ description: ModelDescription, _ surroundings: Surroundings) throws {
        pair = try TrunkPair(description, surroundings)
    }

    /// Takes both streams through the next block.
    ///
    /// - Parameters:
    ///   - layer: the block's number.
    ///   - vectors: the block's and the final norm's, by their names in a model of one block.
    ///   - weights: its matrices, by such names.
    mutating func advance(
        layer: Int, vectors: [String: [Float]], weights: [String: TrunkWeights.Matrix]
    ) throws {
        let stored = weights.mapValues {
            Self.quantizer.pack($0.weights, rows: $0.rows, columns: $0.columns, bias: $0.bias).0
        }
        try pair.advance(layer: layer, vectors: vectors, weights: weights, stored: stored)
    }

    /// How far the last hidden states are off; nil where the trunk itself computes no numbers.
    var error: RelativeError? { pair.error }

    /// What to take at an error.
    static func form(_ error: RelativeError?) -> ConversionOptions.Int8Form {
        guard let error else { return .rows }
        return error.mean <= bearable.mean && error.worst <= bearable.worst ? .rows : .groups
    }
}
