import TacitDiagnostics
import TacitMeasures
import TacitModelFile

/// Made-up contexts on their way through a trunk twice, side by side: with its weights as they are and as they are
/// stored.
struct TrunkPair {
    private let description: ModelDescription
    let sample: SamplePatches
    private(set) var exact: TrunkStream
    private(set) var stored: TrunkStream
    /// Whether `exact` has arrived before.
    private let knowsExact: Bool

    /// - Parameters:
    ///   - description: of the whole model.
    ///   - surroundings: what makes patches into rows.
    ///   - contexts: how many.
    ///   - seed: where the numbers begin that contexts are made of.
    init(
        _ description: ModelDescription, _ surroundings: Surroundings, contexts: Int = RandomErrors.contexts,
        seed: UInt64 = SamplePatches.seed
    ) throws {
        self.description = description
        sample = try SamplePatches(description, surroundings, contexts: contexts, seed: seed)
        exact = TrunkStream(sample)
        stored = exact
        knowsExact = false
    }

    /// The contexts of a trial, which has gone through all blocks.
    init(_ description: ModelDescription, _ trial: QuantizationTrial) {
        self.description = description
        sample = trial.sample
        exact = trial.exact
        stored = TrunkStream(sample)
        knowsExact = true
    }

    /// Takes both through the next block.
    ///
    /// - Parameters:
    ///   - layer: the block's number.
    ///   - vectors: the block's and the final norm's, by their names in a model of one block.
    ///   - weights: its matrices, by such names.
    ///   - matrices: the same as they are stored.
    mutating func advance(
        layer: Int, vectors: [String: [Float]], weights: [String: TrunkWeights.Matrix],
        stored matrices: [String: PackedMatrix]
    ) throws {
        func block(_ matrices: [String: PackedMatrix]) -> BlockTensors {
            BlockTensors(description, layer: layer, patches: sample.length, vectors, matrices)
        }
        try stored.advance(block(matrices))
        if !knowsExact { try exact.advance(block(weights.mapValues(\.packed))) }
    }

    /// How far the last hidden states are off; nil where the trunk itself computes no numbers, or nothing but
    /// zeros.
    var error: RelativeError? { stored.error(against: exact) }
}
