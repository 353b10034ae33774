import TacitMeasures
import TacitModelFile

/// Finds out in how many first layers int8 should have two planes, by running a trunk with several numbers of them side
/// by side.
///
/// A trunk with massive activations makes up its mind in its first layers which patch it takes for the first of a text,
/// on which all later ones rest their attention (Sun et al. 2024, "Massive Activations in Large Language Models").
/// Where that hangs by a thread, 8 bits turn it round.
struct TwoPlaneTrial {
    /// The most that a single patch's last hidden state may be off for one plane to be enough everywhere: a fifth of
    /// what would turn an answer round, since of thousands of other patches some are several times as far off as the
    /// worst of a trial's few hundred.
    static let bearable = 0.1

    private let description: ModelDescription
    private let length: Int
    private let exact: TrunkStream
    private let candidates: [Int]
    /// With two planes in all layers so far.
    private var precise: TrunkStream
    /// With two in so many, and groups in those behind.
    private var streams: [(layers: Int, stream: TrunkStream)] = []

    /// - Parameters:
    ///   - description: of the whole model.
    ///   - trial: has gone through all blocks.
    init(_ description: ModelDescription, _ trial: QuantizationTrial) {
        self.description = description
        length = trial.sample.length
        exact = trial.exact
        candidates = Self.candidates(of: description.trunk.layers)
        precise = TrunkStream(trial.sample)
    }

    /// One to four tenths of the layers, fewest first: more would cost more than they are worth.
    static func candidates(of layers: Int) -> [Int] {
        Set((1...4).map { max(1, $0 * layers / 10) }).sorted()
    }

    /// Takes all streams through the next block.
    ///
    /// - Parameters:
    ///   - layer: the block's number.
    ///   - vectors: the block's and the final norm's, by their names in a model of one block.
    ///   - weights: its matrices, by such names, smoothed if the model is to be.
    mutating func advance(
        layer: Int, vectors: [String: [Float]], weights: [String: TrunkWeights.Matrix]
    ) throws {
        func block(_ form: QuantizationTrial.Form) -> BlockTensors {
            BlockTensors(description, layer: layer, patches: length, vectors, weights.mapValues { form.packed($0) })
        }
        if !streams.isEmpty {
            let block = block(.groups)
            for index in streams.indices { try streams[index].stream.advance(block) }
        }
        guard let last = candidates.last, layer < last else { return }
        try precise.advance(block(.twoPlanes))
        if candidates.contains(layer + 1) { streams.append((layer + 1, precise)) }
    }

    /// - Parameter before: how far the last hidden states are off with one plane everywhere.
    /// - Returns: the fewest layers that leave no patch further off than is bearable, or else those that leave the
    ///   worst one nearest; nil where nothing was to be found out.
    func verdict(_ before: RelativeError) -> TwoPlaneVerdict? {
        let errors = streams.compactMap { own in own.stream.error(against: exact).map { (own.layers, $0) } }
        let enough = errors.first { $0.1.worst <= Self.bearable } ?? errors.min { $0.1.worst < $1.1.worst }
        return enough.map { TwoPlaneVerdict(layers: $0.0, before: before, after: $0.1) }
    }
}

/// What two planes in the first layers are worth.
package struct TwoPlaneVerdict: Equatable, Sendable {
    /// How many layers were looked at last.
    package let layers: Int
    /// How far the trunk is put off with one plane everywhere, and with two in these layers.
    package let before: RelativeError
    package let after: RelativeError

    /// Whether they are stored so.
    package var isTaken: Bool { after.worst < before.worst && after.mean < before.mean }
}
