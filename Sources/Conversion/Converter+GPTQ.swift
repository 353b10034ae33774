import TacitModelFile

extension Converter {
    /// Blocks whose weights are fitted to what reaches them.
    var calibratedSteps: Int {
        options.method == .gptq && options.weights.hasGroups ? description.trunk.layers : 0
    }

    /// Quantizes and writes all matrices of the trunk, block after block.
    func writeCalibrated(
        _ trunk: TrunkWeights, _ quantizers: [String: any Quantizer], _ draft: inout ModelDraft,
        _ progress: (Int, Int) throws -> Void
    ) throws {
        guard calibratedSteps > 0 else { return }
        var calibrated = try CalibratedTrunk(
            description, sample(contexts: data == nil ? CalibratedTrunk.contexts : .max))
        for layer in 0..<calibratedSteps {
            try progress(trialSteps + sensitivitySteps + layer, allSteps)
            let block = try block(layer, trunk)
            let packed = try calibrated.advance(layer: layer, vectors: block.vectors, weights: block.weights) {
                TensorName.moved($0, from: 0, to: layer).flatMap { quantizers[$0] } ?? Float32Quantizer()
            }
            for matrix in checkpoint.model.matrices {
                guard let name = TensorName.moved(matrix.name, from: layer, to: 0), let exact = block.weights[name],
                    let stored = packed[name]
                else { continue }
                try draft.write(matrix, exact, stored) { _ in block.vectors }
            }
        }
        draft.report.calibratedError = calibrated.error
    }
}
