import TacitModelFile

extension Converter {
    /// Blocks that are tried in int8 before anything is written: where the measurement is what decides. Two planes leave
    /// nothing to decide, since they are nearly exact.
    var trialSteps: Int {
        let encoding = options.weights.encoding(width: description.trunk.width)
        return encoding == .int8 && options.int8Form == nil ? description.trunk.layers : 0
    }

    /// A trunk in int8's fast form, arrived at its end; nil where that is not the question.
    func int8Trial(_ trunk: TrunkWeights, _ progress: (Int, Int) throws -> Void) throws -> Int8Trial? {
        guard trialSteps > 0 else { return nil }
        var trial = try Int8Trial(description, surroundings)
        for layer in 0..<trialSteps {
            try progress(layer, trialSteps + description.parts.count)
            var weights: [String: TrunkWeights.Matrix] = [:]
            for matrix in checkpoint.model.matrices where matrix.name.hasPrefix("blocks.\(layer).") {
                weights[TrunkPair.ownName(matrix.name, of: layer)] = try trunk.matrix(matrix)
            }
            try trial.advance(vectors: vectors(of: layer, trunk), weights: weights)
        }
        return trial
    }

    /// A block's vectors and the final norm's, by their names in a model of this block alone.
    func vectors(of layer: Int, _ trunk: TrunkWeights) throws -> [String: [Float]] {
        var vectors: [String: [Float]] = [:]
        for case .vector(let name, let shape) in description.parts {
            if name.hasPrefix("blocks.\(layer).") {
                vectors[TrunkPair.ownName(name, of: layer)] = try vector(name, shape, trunk)
            } else if name.hasPrefix(TensorName.finalNorm) || name == TensorName.rotaryFrequencies {
                vectors[name] = try vector(name, shape, trunk)
            }
        }
        return vectors
    }
}
