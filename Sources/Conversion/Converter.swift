import TacitDiagnostics
import TacitModelFile

/// Makes a model file from a base and, if there is one, an adapter.
package final class Converter {
    /// Stands in the provenance of every model. Changes whenever the same input gives other bytes.
    package static let version = "3"

    let options: ConversionOptions
    private let folders: [SourceFolder]
    let checkpoint: BaseCheckpoint
    private let adapter: PEFTAdapter?
    let surroundings: Surroundings
    package let description: ModelDescription
    private let notes: [String]

    /// Reads and checks all but the weights themselves.
    ///
    /// - Throws: `TacitError`: `noInput` if something is not there, `badData` if it is broken or not supported, `usage` for
    ///   numbers that do not go with this base.
    package init(_ options: ConversionOptions) throws {
        self.options = options
        let adapterFolder = try options.adapter.map { try SourceFolder(path: $0) }
        let base = try BaseSource(path: options.base, layers: options.layers, adapterFolder: adapterFolder)
        folders = [base.folder] + (adapterFolder.map { [$0] } ?? [])
        checkpoint = base.checkpoint
        adapter = try adapterFolder.map { try PEFTAdapter(model: base.model, folder: $0) }
        surroundings = try Surroundings(folder: adapterFolder, checkpoint: checkpoint)
        description = try surroundings.description()
        try surroundings.refuseStrangers(description)
        try surroundings.refuseOtherBase(than: base.folder)
        notes = [Self.note(ofBase: options.base, adapter?.baseName)].compactMap { $0 }
        try refuse(writingTo: options.output)
        try refuseImpossibleBudget()
    }

    /// Refuses to write over what was read, under whatever name.
    ///
    /// - Throws: `TacitError` of kind `cannotCreate`.
    package func refuse(writingTo path: String) throws {
        guard let identity = SourceFolder.Identity(of: path) else { return }
        for folder in folders where folder.identities.contains(identity) {
            throw TacitError(.cannotCreate, file: path, "is one of the files that the model is made from")
        }
    }

    /// What there is to say where an adapter names another base than the one that is given.
    private static func note(ofBase path: String, _ name: String?) -> String? {
        func last(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
        guard let name else { return nil }
        // A snapshot in the hub's cache: models--OWNER--NAME/snapshots/REVISION.
        let parts = path.split(separator: "/").map(String.init)
        var given = last(path)
        if parts.count >= 3, parts[parts.count - 2] == "snapshots", parts[parts.count - 3].hasPrefix("models--") {
            given = parts[parts.count - 3].split(separator: "-").joined(separator: "-")
        }
        let wanted = last(name).lowercased()
        guard !given.lowercased().hasPrefix(wanted), !given.lowercased().hasSuffix(wanted) else { return nil }
        return "the adapter says that it was made over \(name), the base given is \(last(path))"
    }

    /// Writes the model file. It appears under its name when all of it is there.
    ///
    /// - Parameter progress: called with the parts done and all parts; what it throws ends the conversion.
    package func convert(progress: (Int, Int) throws -> Void = { _, _ in }) throws -> ConversionReport {
        let trunk = TrunkWeights(checkpoint: checkpoint, adapter: adapter)
        let matrices = Dictionary(uniqueKeysWithValues: checkpoint.model.matrices.map { ($0.name, $0) })
        let trial = try trialError(trunk, progress)
        let form = options.int8Form ?? Int8Trial.form(trial)
        let quantizers = try quantizers(trunk, form, progress)
        var formats: [String: MatrixFormat] = [:]
        for shape in description.matrices {
            formats[shape.name] = MatrixFormat(
                encoding: shape.mayBeQuantized ? options.weights.learningQuantizer.encoding : .float32, hasBias: true)
            if let matrix = matrices[shape.name], let quantizer = quantizers[shape.name] {
                formats[shape.name] = MatrixFormat(encoding: quantizer.encoding, hasBias: trunk.hasBias(matrix))
            }
        }
        let writer = try ModelFileWriter(
            path: options.output, description: description, provenance: provenance(form), formats: formats)

        var report = ConversionReport()
        report.encodings = checkpoint.model.matrices.compactMap { formats[$0.name]?.encoding }
        report.notes = notes
        report.rowsError = trial
        report.adaptedModules = adapter?.moduleCount ?? 0
        let parts = description.parts
        try writeCalibrated(trunk, quantizers, writer, &report, progress)
        let steps = allSteps - parts.count
        for (index, part) in parts.enumerated() {
            try progress(steps + index, allSteps)
            switch part {
            case .vector(let name, let shape):
                try writer.write(vector: name, try vector(name, shape, trunk))
            case .matrix(let shape):
                if let matrix = matrices[shape.name], let quantizer = quantizers[shape.name] {
                    // Where weights are fitted, these are written already.
                    guard calibratedSteps == 0 else { continue }
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
        try progress(allSteps, allSteps)
        report.bytesBefore =
            checkpoint.byteCount + (adapter?.byteCount ?? 0) + (surroundings.store?.byteCount ?? 0)
        (report.tensors, report.bytesAfter) = try writer.finish()
        return report
    }

    func vector(_ name: String, _ shape: [Int], _ trunk: TrunkWeights) throws -> [Float] {
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
        report.add(fusionDifference: fused.fusionDifference)
        let (packed, error) = quantizer.pack(
            fused.weights, rows: fused.rows, columns: fused.columns, bias: fused.bias)
        try writer.write(matrix: matrix.name, packed)
        report.add(packed, kind: matrix.kind, error: error)
    }

    private func provenance(_ form: ConversionOptions.Int8Form) -> Provenance {
        Provenance(
            license: surroundings.config?.license ?? "", sources: surroundings.config?.sources ?? [],
            metrics: surroundings.config?.metrics ?? "", files: folders.flatMap(\.sources),
            converterVersion: Self.version, flags: options.flags(form))
    }
}
