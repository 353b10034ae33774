import TacitModelFile

extension Converter {
    /// Blocks whose weights are fitted to what reaches them.
    var calibratedSteps: Int {
        options.method == .gptq && options.weights.hasGroups ? description.trunk.layers : 0
    }

    /// Quantizes and writes all matrices of the trunk, block after block.
    func writeCalibrated(
        _ trunk: TrunkWeights, _ quantizers: [String: any Quantizer], _ writer: ModelFileWriter,
        _ report: inout ConversionReport, _ progress: (Int, Int) throws -> Void
    ) throws {
        guard calibratedSteps > 0 else { return }
        var calibrated = try CalibratedTrunk(description, surroundings)
        for layer in 0..<calibratedSteps {
            try progress(trialSteps + sensitivitySteps + layer, allSteps)
            let block = try block(layer, trunk)
            let (prefix, first) = ("blocks.\(layer).", "blocks.0.")
            let packed = try calibrated.advance(layer: layer, vectors: block.vectors, weights: block.weights) {
                quantizers[$0.replacingPrefix(first, with: prefix)] ?? Float32Quantizer()
            }
            for matrix in checkpoint.model.matrices where matrix.name.hasPrefix(prefix) {
                let name = matrix.name.replacingPrefix(prefix, with: first)
                guard let own = packed[name] else { continue }
                report.add(fusionDifference: block.weights[name]?.fusionDifference)
                try writer.write(matrix: matrix.name, own.0)
                report.add(own.0, kind: matrix.kind, error: own.1)
            }
        }
        report.calibratedError = calibrated.error
    }
}
