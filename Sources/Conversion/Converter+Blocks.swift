import TacitModelFile

extension Converter {
    /// What progress is counted in.
    var allSteps: Int { trialSteps + twoPlaneSteps + sensitivitySteps + calibratedSteps + description.parts.count }

    /// What one block needs, and the final norm behind it, by the names that a model of one block has for them.
    func block(
        _ layer: Int, _ trunk: TrunkWeights
    ) throws -> (vectors: [String: [Float]], weights: [String: TrunkWeights.Matrix]) {
        let (prefix, first) = ("blocks.\(layer).", "blocks.0.")
        var weights: [String: TrunkWeights.Matrix] = [:]
        for matrix in checkpoint.model.matrices where matrix.name.hasPrefix(prefix) {
            weights[first + matrix.name.dropFirst(prefix.count)] = try trunk.matrix(matrix)
        }
        return (try vectors(of: layer, trunk), weights)
    }

    /// A block's vectors and what all blocks share, by the same names.
    func vectors(of layer: Int, _ trunk: TrunkWeights) throws -> [String: [Float]] {
        let (prefix, first) = ("blocks.\(layer).", "blocks.0.")
        var vectors: [String: [Float]] = [:]
        for case .vector(let name, let shape) in description.parts {
            if name.hasPrefix(prefix) {
                vectors[first + name.dropFirst(prefix.count)] = try vector(name, shape, trunk)
            } else if name.hasPrefix(TensorName.finalNorm) || name.hasPrefix("rotary.") {
                vectors[name] = try vector(name, shape, trunk)
            }
        }
        return vectors
    }
}
