import TacitModelFile

extension Converter {
    /// Blocks whose weights are fitted to what reaches them.
    var calibratedSteps: Int {
        options.method == .gptq && options.weights.hasGroups ? description.trunk.layers : 0
    }

    /// Quantizes and writes all matrices of the trunk, block after block.
    ///
    /// - Returns: norms that have changed by it.
    func writeCalibrated(
        _ trunk: TrunkWeights, _ quantizers: [String: any Quantizer], _ writer: ModelFileWriter,
        _ report: inout ConversionReport, _ progress: (Int, Int) throws -> Void
    ) throws -> [String: [Float]] {
        guard calibratedSteps > 0 else { return [:] }
        var norms: [String: [Float]] = [:]
        var calibrated = try CalibratedTrunk(description, surroundings)
        for layer in 0..<calibratedSteps {
            try progress(trialSteps + sensitivitySteps + layer, allSteps)
            let block = try block(layer, trunk)
            let (prefix, first) = ("blocks.\(layer).", "blocks.0.")
            let stored = try calibrated.advance(layer: layer, vectors: block.vectors, weights: block.weights) {
                quantizers[$0.replacingPrefix(first, with: prefix)] ?? Float32Quantizer()
            }
            for (name, vector) in stored.vectors where name.hasPrefix(first) {
                norms[name.replacingPrefix(first, with: prefix)] = vector
            }
            for matrix in checkpoint.model.matrices where matrix.name.hasPrefix(prefix) {
                let name = matrix.name.replacingPrefix(prefix, with: first)
                guard let own = stored.matrices[name] else { continue }
                report.add(fusionDifference: block.weights[name]?.fusionDifference)
                try writer.write(matrix: matrix.name, own.0)
                report.add(own.0, kind: matrix.kind, error: own.1)
            }
        }
        report.calibratedError = calibrated.error
        return norms
    }
}
