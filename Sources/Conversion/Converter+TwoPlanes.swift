import TacitDiagnostics
import TacitModelFile

extension Converter {
    /// What two planes in the first layers are worth, where that is the question: in groups that put single patches far
    /// off. Trunks for which rows are enough have no patches that turn round.
    ///
    /// - Parameters:
    ///   - trunk: smoothed, if it is to be.
    ///   - trial: has gone through all blocks.
    ///   - verdict: what came of it.
    func twoPlanes(
        _ trunk: TrunkWeights, _ trial: QuantizationTrial?, _ verdict: TrialVerdict,
        _ progress: (Int, Int) throws -> Void
    ) throws -> TwoPlaneVerdict? {
        guard options.weights == .int8, options.twoPlaneLayers == nil, verdict.form == .groups, let trial,
            let error = verdict.error, error.worst > TwoPlaneTrial.bearable
        else { return nil }
        twoPlaneSteps = description.trunk.layers
        var planes = TwoPlaneTrial(description, trial)
        for layer in 0..<twoPlaneSteps {
            try progress(trialSteps + layer, allSteps)
            let block = try block(layer, trunk)
            try planes.advance(layer: layer, vectors: block.vectors, weights: block.weights)
        }
        return planes.verdict(error)
    }

    /// - Throws: `TacitError` (usage) where more layers are to have two planes than there are.
    func refuseTooManyTwoPlaneLayers() throws {
        let layers = description.trunk.layers
        guard let own = options.twoPlaneLayers, own > layers else { return }
        throw TacitError(.usage, place: "two-plane-layers", "\(own), but this trunk has \(layers) layers")
    }
}
