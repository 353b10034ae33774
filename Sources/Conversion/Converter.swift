import TacitDiagnostics
import TacitModelFile

/// Makes a model file from a base and, if there is one, an adapter.
package final class Converter {
    /// Stands in the provenance of every model. Changes whenever the same input gives other bytes.
    package static let version = "3"

    private let options: ConversionOptions
    private let folders: [SourceFolder]
    private let checkpoint: BaseCheckpoint
    private let adapter: LoRAAdapter?
    private let surroundings: Surroundings
    package let description: ModelDescription

    /// Reads and checks all but the weights themselves.
    ///
    /// - Throws: `TacitError`: `noInput` if something is not there, `badData` if it is broken or not supported.
    package init(_ options: ConversionOptions) throws {
        self.options = options
        let base = try SourceFolder(path: options.base)
        let adapterFolder = try options.adapter.map { try SourceFolder(path: $0) }
        folders = [base] + (adapterFolder.map { [$0] } ?? [])
        let model = try BaseFamily.model(try base.settings("config.json"))
        checkpoint = try BaseCheckpoint(model: model, folder: base)
        adapter = try adapterFolder.map { try LoRAAdapter(model: model, folder: $0) }
        surroundings = try Surroundings(folder: adapterFolder, checkpoint: checkpoint)
        description = try surroundings.description()
        try surroundings.refuseStrangers(description)
    }

    /// Writes the model file. It appears under its name when all of it is there.
    ///
    /// - Parameter progress: called with the parts done and all parts; what it throws ends the conversion.
    package func convert(progress: (Int, Int) throws -> Void = { _, _ in }) throws -> ConversionReport {
        let trunk = TrunkWeights(checkpoint: checkpoint, adapter: adapter)
        let matrices = Dictionary(uniqueKeysWithValues: checkpoint.model.matrices.map { ($0.name, $0) })
        let quantizer = options.weights.quantizer(width: description.trunk.width, groupSize: options.groupSize)
        var formats: [String: MatrixFormat] = [:]
        for shape in description.matrices {
            formats[shape.name] =
                matrices[shape.name].map { MatrixFormat(encoding: quantizer.encoding, hasBias: trunk.hasBias($0)) }
                ?? MatrixFormat(
                    encoding: shape.mayBeQuantized ? options.weights.learningQuantizer.encoding : .float32, hasBias: true)
        }
        let writer = try ModelFileWriter(
            path: options.output, description: description, provenance: provenance, formats: formats)

        var report = ConversionReport()
        report.encoding = quantizer.encoding
        report.adaptedModules = adapter?.moduleCount ?? 0
        let parts = description.parts
        for (index, part) in parts.enumerated() {
            try progress(index, parts.count)
            switch part {
            case .vector(let name, let shape):
                try writer.write(vector: name, try vector(name, shape, trunk))
            case .matrix(let shape):
                if let matrix = matrices[shape.name] {
                    try write(matrix, trunk, quantizer, writer, &report)
                } else {
                    let (weights, bias) = try surroundings.matrix(shape)
                    let quantizer: any Quantizer =
                        shape.mayBeQuantized ? options.weights.learningQuantizer : Float32Quantizer()
                    try writer.write(
                        matrix: shape.name,
                        quantizer.pack(weights, rows: shape.rows, columns: shape.columns, bias: bias).0)
                }
            }
        }
        try progress(parts.count, parts.count)
        report.bytesBefore =
            checkpoint.byteCount + (adapter?.byteCount ?? 0) + (surroundings.store?.byteCount ?? 0)
        (report.tensors, report.bytesAfter) = try writer.finish()
        return report
    }

    private func vector(_ name: String, _ shape: [Int], _ trunk: TrunkWeights) throws -> [Float] {
        if let vector = try surroundings.vector(name, shape: shape) { return vector }
        for norm in checkpoint.model.norms {
            for field in ["weight", "bias"] where name == "\(norm.name).\(field)" {
                return try trunk.norm(norm, field)
            }
        }
        throw TacitError(.badData, file: options.base, place: name, "the base has no such tensor")
    }

    private func write(
        _ matrix: BaseModel.Matrix, _ trunk: TrunkWeights, _ quantizer: any Quantizer, _ writer: ModelFileWriter,
        _ report: inout ConversionReport
    ) throws {
        let fused = try trunk.matrix(matrix)
        if let difference = fused.fusionDifference {
            report.fusionDifference = max(report.fusionDifference ?? 0, difference)
        }
        let (packed, error) = quantizer.pack(
            fused.weights, rows: fused.rows, columns: fused.columns, bias: fused.bias)
        try writer.write(matrix: matrix.name, packed)
        report.add(packed, kind: matrix.kind, error: error)
    }

    private var provenance: Provenance {
        Provenance(
            license: surroundings.config?.license ?? "", sources: surroundings.config?.sources ?? [],
            metrics: surroundings.config?.metrics ?? "", files: folders.flatMap(\.sources),
            converterVersion: Self.version, flags: options.flags)
    }
}
