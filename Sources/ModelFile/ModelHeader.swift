import TacitDiagnostics

/// What stands before the tensors' data: read with suspicion, and complete once it exists.
struct ModelHeader {
    let description: ModelDescription
    let provenance: Provenance
    /// nil where there is none.
    let report: String?
    /// With offsets from the start of the file.
    let plan: TensorPlan
    /// One a tensor.
    let tensorDigests: [String]
    let restDigest: String
    /// Where the digits of `restDigest` stand.
    let restDigestOffset: Int

    /// - Parameter file: all bytes of the file.
    init(reading file: UnsafeRawBufferPointer) throws {
        let container = try ContainerHeader(
            reading: file, architecture: GGUF.architecture, layoutVersions: ModelFile.layoutVersions)
        let (metadata, found) = (container.metadata, container.tensors)

        description = try ModelDescription(reading: metadata)
        provenance = try Provenance(reading: metadata)
        report = try Self.report(metadata)
        plan = try Self.plan(description, metadata, found).placed(at: container.dataOffset)
        try Self.check(found, against: plan, dataOffset: container.dataOffset, fileLength: file.count)

        guard try metadata.string(MetadataKey.digestAlgorithm) == "sha256" else {
            throw TacitError(.badData, place: MetadataKey.digestAlgorithm, "expected sha256")
        }
        tensorDigests = try metadata.strings(MetadataKey.digestTensors)
        restDigest = try metadata.string(MetadataKey.digestRest)
        guard tensorDigests.count == found.count, (tensorDigests + [restDigest]).allSatisfy(MessageDigest.isDigest)
        else {
            throw TacitError(
                .badData, place: MetadataKey.digestTensors, "expected \(found.count) times 64 hexadecimal digits")
        }
        restDigestOffset = metadata.stringOffsets[MetadataKey.digestRest] ?? 0
    }

    private static func report(_ metadata: Metadata) throws -> String? {
        guard let padded = try metadata.optionalString(MetadataKey.report) else { return nil }
        guard padded.utf8.count <= ModelLimits.reportBytes else {
            throw TacitError(
                .badData, place: MetadataKey.report,
                "\(padded.utf8.count) bytes, expected at most \(ModelLimits.reportBytes)")
        }
        guard let last = padded.utf8.lastIndex(where: { $0 != UInt8(ascii: " ") }) else { return nil }
        return String(padded[...last])
    }

    private static func plan(
        _ description: ModelDescription, _ metadata: Metadata, _ tensors: [ContainerHeader.StatedTensor]
    ) throws -> TensorPlan {
        // A block has more than four tensors, so that a stated number of layers is paid for by tensors in the file.
        guard description.trunk.layers <= tensors.count else {
            throw TacitError(
                .badData, place: MetadataKey.trunk("layers"),
                "\(description.trunk.layers) layers, but the file has \(tensors.count) tensors")
        }
        let encodings = try MatrixTable.encodings(reading: metadata, of: description.matrices)
        let names = Set(tensors.map(\.name))
        return try TensorPlan(description) { shape in
            guard let encoding = encodings[shape.name] else {
                throw TacitError(.badData, place: shape.name, "the matrix has no encoding")
            }
            return MatrixFormat(encoding: encoding, hasBias: !shape.isTrunk || names.contains("\(shape.name).bias"))
        }
    }

    private static func check(
        _ found: [ContainerHeader.StatedTensor], against plan: TensorPlan, dataOffset: Int, fileLength: Int
    ) throws {
        for (tensor, expected) in zip(found, plan.tensors) {
            guard tensor.name == expected.name else {
                throw TacitError(.badData, place: tensor.name, "expected the tensor \(expected.name) here")
            }
            guard tensor.type == expected.type.rawValue else {
                throw TacitError(
                    .badData, place: tensor.name, "type \(tensor.type), expected \(expected.type.name)")
            }
            guard tensor.shape.elementsEqual(expected.shape.map(UInt64.init)) else {
                throw TacitError(.badData, place: tensor.name, "shape \(tensor.shape), expected \(expected.shape)")
            }
            guard tensor.offset == UInt64(expected.offset - dataOffset) else {
                throw TacitError(
                    .badData, place: tensor.name, "offset \(tensor.offset), expected \(expected.offset - dataOffset)")
            }
        }
        guard found.count == plan.tensors.count else {
            let name =
                found.count > plan.tensors.count
                ? "unexpected tensor \(found[plan.tensors.count].name)"
                : "missing tensor \(plan.tensors[found.count].name)"
            throw TacitError(.badData, place: "byte 8", name)
        }
        guard fileLength == dataOffset + plan.byteCount else {
            throw TacitError(
                .badData, place: "byte \(fileLength)",
                "the file is \(fileLength) bytes long, expected \(dataOffset + plan.byteCount)")
        }
    }
}
