import TacitModelFile

extension Converter {
    /// What is known of the trunk before anything is written: how far int8's fast form puts it off, and its matrices in
    /// that form.
    struct Ready {
        var error: Double?
        var matrices: [String: Stored] = [:]
        /// Of the progress, taken so far.
        var steps = 0
    }

    /// Tries int8's fast form, where the measurement is what decides. Two planes leave nothing to decide: they are nearly
    /// exact.
    func ready(_ trunk: TrunkWeights, _ progress: (Int, Int) throws -> Void) throws -> Ready {
        let quantizer = options.weights.quantizer(width: description.trunk.width)
        var ready = Ready()
        guard quantizer.encoding == .int8, options.int8Form == nil else { return ready }
        let layers = description.trunk.layers
        let all = layers + description.parts.count
        var trial = try Int8Trial(description, surroundings)
        for layer in 0..<layers {
            try progress(layer, all)
            var weights: [String: TrunkWeights.Matrix] = [:]
            var packed: [String: PackedMatrix] = [:]
            var vectors: [String: [Float]] = [:]
            let (prefix, first) = ("blocks.\(layer).", "blocks.0.")
            for matrix in checkpoint.model.matrices where matrix.name.hasPrefix(prefix) {
                let name = first + matrix.name.dropFirst(prefix.count)
                let fused = try trunk.matrix(matrix)
                let stored = Self.store(fused, quantizer)
                (weights[name], packed[name], ready.matrices[matrix.name]) = (fused, stored.packed, stored)
            }
            for case .vector(let name, let shape) in description.parts {
                if name.hasPrefix(prefix) {
                    vectors[first + name.dropFirst(prefix.count)] = try vector(name, shape, trunk)
                } else if name.hasPrefix(TensorName.finalNorm) || name == TensorName.rotaryFrequencies {
                    vectors[name] = try vector(name, shape, trunk)
                }
            }
            try trial.advance(vectors: vectors, weights: weights, packed: packed)
        }
        ready.error = trial.error
        ready.steps = layers
        if Int8Trial.form(ready.error) == .groups { ready.matrices = [:] }
        return ready
    }
}
