import TacitModelFile

extension Converter {
    /// Blocks that are tried in int8 before anything is written: where the measurement is what decides. Two planes leave
    /// nothing to decide, since they are nearly exact.
    var trialSteps: Int {
        let encoding = options.weights.encoding(width: description.trunk.width)
        return encoding == .int8 && options.int8Form == nil ? description.trunk.layers : 0
    }

    /// How far int8's fast form puts the trunk off; nil where that is not the question.
    func trialError(_ trunk: TrunkWeights, _ progress: (Int, Int) throws -> Void) throws -> TrunkError? {
        guard trialSteps > 0 else { return nil }
        var trial = try Int8Trial(description, surroundings)
        for layer in 0..<trialSteps {
            try progress(layer, trialSteps + description.parts.count)
            // A model of one block calls it the first.
            let (prefix, first) = ("blocks.\(layer).", "blocks.0.")
            var weights: [String: TrunkWeights.Matrix] = [:]
            for matrix in checkpoint.model.matrices where matrix.name.hasPrefix(prefix) {
                weights[first + matrix.name.dropFirst(prefix.count)] = try trunk.matrix(matrix)
            }
            var vectors: [String: [Float]] = [:]
            for case .vector(let name, let shape) in description.parts {
                if name.hasPrefix(prefix) {
                    vectors[first + name.dropFirst(prefix.count)] = try vector(name, shape, trunk)
                } else if name.hasPrefix(TensorName.finalNorm) || name == TensorName.rotaryFrequencies {
                    vectors[name] = try vector(name, shape, trunk)
                }
            }
            try trial.advance(vectors: vectors, weights: weights)
        }
        return trial.error
    }
}
