import TacitDiagnostics

/// Writes a model file. Parts may come in any order, each exactly once; the file appears under its name when
/// `finish()` has found all of them there. The same parts give the same bytes.
package final class ModelFileWriter {
    private let output: OutputFile
    private let plan: TensorPlan
    private let metadata: Metadata
    private let indices: [String: Int]
    private var digests: [String?]
    /// Bytes that the header keeps free for a report.
    private let reportRoom: Int

    /// - Parameters:
    ///   - path: where the file is to appear.
    ///   - description: of the model.
    ///   - provenance: where the model comes from.
    ///   - formats: how each matrix of `description.matrices` is stored.
    ///   - reportRoom: the most bytes that a report takes, which is known only when the tensors have their places; 0
    ///     for a file without one.
    /// - Throws: `TacitError`: `badData` if the description makes no sense, `cannotCreate` if there can be no file.
    package init(
        path: String, description: ModelDescription, provenance: Provenance, formats: [String: MatrixFormat],
        reportRoom: Int = 0
    ) throws {
        precondition(reportRoom <= ModelLimits.reportBytes)
        try description.validate()
        try provenance.validate()
        let unplaced = try TensorPlan(description) { shape in
            guard let format = formats[shape.name] else {
                throw TacitError(.badData, place: shape.name, "the matrix has no format")
            }
            return format
        }
        var metadata = Metadata()
        metadata.append(MetadataKey.architecture, .string(GGUF.architecture))
        metadata.append(MetadataKey.alignment, .uint32(UInt32(GGUF.alignment)))
        metadata.append(MetadataKey.layoutVersion, .uint32(UInt32(description.layoutVersion)))
        description.write(to: &metadata)
        MatrixTable.write(unplaced.matrices, to: &metadata)
        provenance.write(to: &metadata)
        if reportRoom > 0 { metadata.append(MetadataKey.report, .string(Self.padded("", to: reportRoom))) }
        metadata.append(MetadataKey.digestAlgorithm, .string("sha256"))
        self.metadata = metadata
        self.reportRoom = reportRoom

        // A header's length does not depend on what its digests and offsets say.
        let length = Self.header(metadata, unplaced, digests: [:], dataOffset: 0).bytes.count
        plan = unplaced.placed(at: GGUF.aligned(length))
        indices = Dictionary(uniqueKeysWithValues: plan.tensors.enumerated().map { ($1.name, $0) })
        digests = [String?](repeating: nil, count: plan.tensors.count)
        output = try OutputFile(path: path)
    }

    /// - Parameters:
    ///   - name: a vector among `description.parts`.
    ///   - values: row by row, as the description's `parts` state the shape.
    /// - Throws: `TacitError`: bad data for a name or a count that was not planned, output where it can't be written.
    package func write(vector name: String, _ values: [Float]) throws {
        try values.withUnsafeBytes { try write(name, .float32, $0) }
    }

    /// - Throws: `TacitError`: bad data for a name, a shape or a format that was not planned, output where it can't be written.
    package func write(matrix name: String, _ matrix: PackedMatrix) throws {
        guard let planned = plan.matrices.first(where: { $0.shape.name == name }) else {
            throw TacitError(.badData, place: name, "the model has no such matrix")
        }
        guard planned.shape.rows == matrix.rows, planned.shape.columns == matrix.columns,
            planned.format.encoding == matrix.encoding, planned.format.hasBias == (matrix.bias != nil)
        else {
            throw TacitError(.badData, place: name, "the matrix has another shape or format than planned")
        }
        for tensor in try planned.format.tensors(rows: matrix.rows, columns: matrix.columns) {
            // What is not there stays unwritten, and `finish` says so.
            try matrix.withBytes(of: tensor.role) { try write(tensor.role.name(of: name), tensor.type, $0) }
        }
    }

    private func write(_ name: String, _ type: TensorInfo.ElementType, _ bytes: UnsafeRawBufferPointer) throws {
        guard let index = indices[name] else {
            throw TacitError(.badData, place: name, "the model has no such tensor")
        }
        let tensor = plan.tensors[index]
        guard digests[index] == nil, tensor.type == type, tensor.byteCount == bytes.count else {
            throw TacitError(
                .badData, place: name, "\(bytes.count) bytes of \(type.name), expected shape \(tensor.shape), once")
        }
        var digest = MessageDigest()
        digest.update(bytes)
        digests[index] = digest.hexadecimal()
        try output.write(bytes, at: tensor.offset)
    }

    /// Completes the header and renames the file into its place.
    ///
    /// - Parameter report: JSON text, for which there must be room.
    /// - Returns: the number of its tensors, and its length in bytes.
    @discardableResult
    package func finish(report: String = "") throws -> (tensors: Int, bytes: Int) {
        try complete(report)
        try output.finish()
        return (plan.tensors.count, dataOffset + plan.byteCount)
    }

    /// The whole model, without a report yet, before it has its place: mapped, so that it must not be written to any
    /// more but by `finish`.
    package func readBack() throws -> ModelFile {
        try complete("")
        return try ModelFile(path: output.path, map: FileMap(path: output.readablePath))
    }

    private var dataOffset: Int { plan.tensors.first?.offset ?? 0 }

    /// Writes what stands before the tensors.
    private func complete(_ report: String) throws {
        var texts: [Int: String] = [:]
        for (index, digest) in digests.enumerated() {
            guard let digest else {
                throw TacitError(.badData, place: plan.tensors[index].name, "the tensor was not written")
            }
            texts[index] = digest
        }
        var header = Self.header(metadata, plan, digests: texts, dataOffset: dataOffset)
        header.append([UInt8](repeating: 0, count: dataOffset - header.bytes.count))
        if let offset = header.stringOffsets[MetadataKey.report] {
            guard report.utf8.count <= reportRoom else {
                throw TacitError(
                    .badData, place: MetadataKey.report, "\(report.utf8.count) bytes, there is room for \(reportRoom)")
            }
            header.replace(at: offset, with: Self.padded(report, to: reportRoom))
        }

        var rest = MessageDigest()
        rest.update(header.bytes)
        for tensor in plan.tensors {
            rest.update([UInt8](repeating: 0, count: GGUF.aligned(tensor.byteCount) - tensor.byteCount))
        }
        if let offset = header.stringOffsets[MetadataKey.digestRest] {
            header.replace(at: offset, with: rest.hexadecimal())
        }
        try header.bytes.withUnsafeBytes { try output.write($0, at: 0) }
        try output.setLength(dataOffset + plan.byteCount)
    }

    private static func padded(_ text: String, to count: Int) -> String {
        text + String(repeating: " ", count: max(0, count - text.utf8.count))
    }

    /// - Parameter digests: by the tensor's index; zeros where there is none yet.
    private static func header(
        _ metadata: Metadata, _ plan: TensorPlan, digests: [Int: String], dataOffset: Int
    ) -> HeaderBuilder {
        let zeros = String(repeating: "0", count: MessageDigest.digits)
        var metadata = metadata
        metadata.append(
            MetadataKey.digestTensors, .strings(plan.tensors.indices.map { digests[$0] ?? zeros }))
        metadata.append(MetadataKey.digestRest, .string(zeros))

        var header = HeaderBuilder()
        header.append(GGUF.magic)
        header.append(GGUF.version)
        header.append(UInt64(plan.tensors.count))
        header.append(UInt64(metadata.pairs.count))
        for (key, value) in metadata.pairs { header.append(key, value) }
        for tensor in plan.tensors { header.append(tensor, dataOffset: dataOffset) }
        return header
    }
}
