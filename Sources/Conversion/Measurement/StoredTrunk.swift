import TacitModelFile

/// Follows made-up contexts through a trunk while it is written: each block as soon as all its matrices are there.
struct StoredTrunk {
    private(set) var pair: TrunkPair
    private let model: BaseModel
    private var layer = 0
    private var weights: [String: TrunkWeights.Matrix] = [:]
    private var stored: [String: PackedMatrix] = [:]

    /// - Parameters:
    ///   - pair: at its beginning.
    ///   - model: whose matrices will come, block by block.
    init(_ pair: TrunkPair, _ model: BaseModel) {
        self.pair = pair
        self.model = model
    }

    /// - Parameters:
    ///   - name: the matrix.
    ///   - matrix: as it is.
    ///   - packed: as it is stored.
    ///   - vectors: those of a block and the final norm, by their names in a model of one block.
    mutating func take(
        _ name: String, _ matrix: TrunkWeights.Matrix, _ packed: PackedMatrix,
        vectors: (Int) throws -> [String: [Float]]
    ) throws {
        guard let own = TensorName.moved(name, from: layer, to: 0) else { return }
        (weights[own], stored[own]) = (matrix, packed)
        guard stored.count == model.matrices.count(where: { $0.name.hasPrefix(TensorName.block(layer)) }) else {
            return
        }
        try pair.advance(layer: layer, vectors: vectors(layer), weights: weights, stored: stored)
        (weights, stored, layer) = ([:], [:], layer + 1)
    }
}
