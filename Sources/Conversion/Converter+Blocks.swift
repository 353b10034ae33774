import TacitDiagnostics
import TacitModelFile

extension Converter {
    /// What progress is counted in.
    var allSteps: Int { trialSteps + twoPlaneSteps + sensitivitySteps + calibratedSteps + description.parts.count }

    /// What one block needs, and the final norm behind it, by the names that a model of one block has for them.
    func block(
        _ layer: Int, _ trunk: TrunkWeights
    ) throws -> (vectors: [String: [Float]], weights: [String: TrunkWeights.Matrix]) {
        var weights: [String: TrunkWeights.Matrix] = [:]
        for matrix in checkpoint.model.matrices {
            guard let name = TensorName.moved(matrix.name, from: layer, to: 0) else { continue }
            weights[name] = try trunk.matrix(matrix)
        }
        return (try vectors(of: layer, trunk), weights)
    }

    /// A block's vectors and what all blocks share, by the same names.
    func vectors(of layer: Int, _ trunk: TrunkWeights) throws -> [String: [Float]] {
        var vectors: [String: [Float]] = [:]
        for case .vector(let name, let shape) in description.parts {
            if let first = TensorName.moved(name, from: layer, to: 0) {
                vectors[first] = try vector(name, shape, trunk)
            } else if name.hasPrefix(TensorName.finalNorm) || name.hasPrefix(TensorName.rotary) {
                vectors[name] = try vector(name, shape, trunk)
            }
        }
        return vectors
    }

    /// Of the trunk, or what surrounds it.
    ///
    /// - Throws: `TacitError` (bad data) where neither has it, or where it is not finite.
    func vector(_ name: String, _ shape: [Int], _ trunk: TrunkWeights) throws -> [Float] {
        let values = try unchecked(name, shape, trunk)
        // What is read is finite; norms are then added to and smoothed.
        guard values.allSatisfy({ $0.isFinite }) else {
            throw TacitError(.badData, file: options.base, place: name, "holds a number that is not finite")
        }
        return values
    }

    private func unchecked(_ name: String, _ shape: [Int], _ trunk: TrunkWeights) throws -> [Float] {
        if let vector = try surroundings.vector(name, shape: shape) { return vector }
        for norm in checkpoint.model.norms {
            for field in ["weight", "bias"] where name == "\(norm.name).\(field)" {
                return try trunk.norm(norm, field)
            }
        }
        throw TacitError(.badData, file: options.base, place: name, "the base has no such tensor")
    }
}
