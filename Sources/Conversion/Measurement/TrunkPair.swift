import Glibc
import TacitDiagnostics
import TacitModelFile

/// Made-up contexts on their way through a trunk twice, side by side: with its weights as they are and as they are stored.
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
    ///   - seed: where the numbers begin that contexts are made of.
    init(
        _ description: ModelDescription, _ surroundings: Surroundings, seed: UInt64 = SamplePatches.seed
    ) throws {
        self.description = description
        sample = try SamplePatches(description, surroundings, seed: seed)
        exact = Self.start(sample)
        stored = exact
        knowsExact = false
    }

    /// The same contexts once more, for weights stored otherwise; `other` has gone through all blocks.
    init(again other: TrunkPair) {
        description = other.description
        sample = other.sample
        exact = other.exact
        stored = Self.start(sample)
        knowsExact = true
    }

    private static func start(_ sample: SamplePatches) -> TrunkStream {
        let threads = max(1, min(8, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        return TrunkStream(
            sample.rows, contexts: SamplePatches.contexts, patches: sample.patches, threads: threads)
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
        let block = BlockTensors(description, layer: layer, patches: sample.patches)
        for (name, vector) in vectors { block.add(vector: name, vector) }
        for (name, matrix) in matrices { block.add(matrix: name, matrix) }
        try stored.advance(block)
        if knowsExact { return }
        let reference = BlockTensors(description, layer: layer, patches: sample.patches)
        for (name, vector) in vectors { reference.add(vector: name, vector) }
        for (name, matrix) in weights { reference.add(matrix: name, matrix.packed) }
        try exact.advance(reference)
    }

    /// How far the last hidden states are off; nil where the trunk itself computes no numbers.
    var error: RelativeError? { stored.error(against: exact) }
}
