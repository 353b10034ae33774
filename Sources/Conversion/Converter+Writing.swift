import TacitDiagnostics
import TacitModelFile

extension Converter {
    /// A file for all parts, and with `hasExact` a second one for the weights as they are, unless the first has them.
    func draft(
        _ trunk: TrunkWeights, _ quantizers: [String: any Quantizer], _ verdict: TrialVerdict, hasExact: Bool
    ) throws -> ModelDraft {
        let report = ConversionReport(
            verdict, encodings: checkpoint.model.matrices.compactMap { quantizers[$0.name]?.encoding }, notes: notes,
            adaptedModules: adapter?.moduleCount ?? 0)
        var draft = ModelDraft(
            writer: try writer(trunk, quantizers, outside: quantizer(outside:), verdict), report: report)
        if hasExact, options.weights != .f32 {
            draft.exactWriter = try writer(trunk, [:], outside: { _ in Float32Quantizer() }, verdict)
        }
        return draft
    }

    /// All parts but the matrices of the trunk where their weights are fitted: these are written already.
    func writeParts(
        _ trunk: TrunkWeights, _ quantizers: [String: any Quantizer], _ draft: inout ModelDraft,
        _ progress: (Int, Int) throws -> Void
    ) throws {
        let matrices = matrices
        let parts = description.parts
        let steps = allSteps - parts.count
        for (index, part) in parts.enumerated() {
            try progress(steps + index, allSteps)
            switch part {
            case .vector(let name, let shape): try draft.write(vector: name, try vector(name, shape, trunk))
            case .matrix(let shape):
                guard let matrix = matrices[shape.name] else {
                    let (weights, bias) = try surroundings.matrix(shape)
                    try draft.write(shape, weights, bias, quantizer(outside: shape))
                    continue
                }
                guard calibratedSteps == 0 else { continue }
                let fused = try trunk.matrix(matrix)
                let quantizer = quantizers[shape.name] ?? Float32Quantizer()
                let stored = quantizer.pack(
                    fused.weights, rows: fused.rows, columns: fused.columns, bias: fused.bias)
                try draft.write(matrix, fused, stored) { try vectors(of: $0, trunk) }
            }
        }
    }

    /// The trunk's by their names.
    private var matrices: [String: BaseModel.Matrix] {
        Dictionary(uniqueKeysWithValues: checkpoint.model.matrices.map { ($0.name, $0) })
    }

    /// - Parameters:
    ///   - trunk: says which matrices have a bias.
    ///   - quantizers: of the trunk's matrices by their names; 32-bit floats where there is none.
    ///   - outside: of a matrix that is not the trunk's.
    ///   - verdict: for the provenance.
    private func writer(
        _ trunk: TrunkWeights, _ quantizers: [String: any Quantizer], outside: (MatrixShape) -> any Quantizer,
        _ verdict: TrialVerdict
    ) throws -> ModelFileWriter {
        let matrices = matrices
        var formats: [String: MatrixFormat] = [:]
        for shape in description.matrices {
            if let matrix = matrices[shape.name] {
                formats[shape.name] = MatrixFormat(
                    encoding: quantizers[shape.name]?.encoding ?? .float32, hasBias: trunk.hasBias(matrix))
            } else {
                formats[shape.name] = MatrixFormat(encoding: outside(shape).encoding, hasBias: true)
            }
        }
        return try ModelFileWriter(
            path: options.output, description: description, provenance: provenance(verdict), formats: formats,
            reportRoom: ConversionReport.room)
    }

    /// What chooses the weights of a matrix outside the trunk.
    private func quantizer(outside shape: MatrixShape) -> any Quantizer {
        if shape.mayBeQuantized { return options.weights.learningQuantizer }
        // Half the bytes, and not one bit of any result.
        return options.weights != .f32 && surroundings.isHalf(shape) ? Float16Quantizer() : Float32Quantizer()
    }
}
