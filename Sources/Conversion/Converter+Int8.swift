import TacitModelFile

extension Converter {
    /// Blocks that are tried in int8 before anything is written: where the measurement is what decides. Two planes leave
    /// nothing to decide, since they are nearly exact.
    var trialSteps: Int {
        guard options.int8Form == nil else { return 0 }
        let isTried =
            options.weights == .mixed || options.weights.encoding(width: description.trunk.width) == .int8
        return isTried ? description.trunk.layers : 0
    }

    /// A trunk in int8's fast form, arrived at its end; nil where that is not the question.
    func int8Trial(_ trunk: TrunkWeights, _ progress: (Int, Int) throws -> Void) throws -> Int8Trial? {
        guard trialSteps > 0 else { return nil }
        var trial = try Int8Trial(description, surroundings)
        for layer in 0..<trialSteps {
            try progress(layer, allSteps)
            let block = try block(layer, trunk)
            try trial.advance(layer: layer, vectors: block.vectors, weights: block.weights)
        }
        return trial
    }
}
