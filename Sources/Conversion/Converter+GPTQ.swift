import TacitModelFile

extension Converter {
    /// Whether weights are fitted to what reaches them.
    private var isCalibrated: Bool { options.weights == .int4 && options.method == .gptq }

    /// Quantizes and writes all matrices of the trunk, block after block.
    ///
    /// - Returns: whether that is the way they are to be written.
    func writeCalibrated(
        _ trunk: TrunkWeights, _ writer: ModelFileWriter, _ report: inout ConversionReport,
        _ progress: (Int, Int) throws -> Void
    ) throws -> Bool {
        guard isCalibrated else { return false }
        var calibrated = try CalibratedTrunk(description, surroundings, groupSize: options.groupSize.rawValue)
        let layers = description.trunk.layers
        for layer in 0..<layers {
            try progress(layer, layers + description.parts.count)
            let block = try block(layer, trunk)
            let packed = try calibrated.advance(layer: layer, vectors: block.vectors, weights: block.weights)
            let (prefix, first) = ("blocks.\(layer).", "blocks.0.")
            for matrix in checkpoint.model.matrices where matrix.name.hasPrefix(prefix) {
                let name = first + matrix.name.dropFirst(prefix.count)
                guard let own = packed[name] else { continue }
                report.add(fusionDifference: block.weights[name]?.fusionDifference)
                try writer.write(matrix: matrix.name, own.0)
                report.add(own.0, kind: matrix.kind, error: own.1)
            }
        }
        report.calibratedError = calibrated.error
        return true
    }
}
