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
        var cursor = ByteCursor(
            UnsafeRawBufferPointer(rebasing: file.prefix(min(file.count, GGUF.maximumHeader))))
        guard file.count >= 4, file.prefix(4).elementsEqual(GGUF.magic) else {
            throw TacitError(.badData, place: "byte 0", "not a GGUF file")
        }
        try cursor.skip(4, "the magic number")
        let version = try cursor.number(UInt32.self, "the version")
        guard version == GGUF.version else {
            throw TacitError(.badData, place: "byte 4", "GGUF version \(version), expected \(GGUF.version)")
        }
        let tensorCount = try cursor.count("the number of tensors", atMost: GGUF.maximumTensors)
        let pairCount = try cursor.count("the number of metadata pairs", atMost: GGUF.maximumPairs)
        let metadata = try Metadata(reading: &cursor, count: pairCount)
        try Self.checkIdentity(metadata)

        description = try ModelDescription(reading: metadata)
        provenance = try Provenance(reading: metadata)
        report = try Self.report(metadata)
        let found = try Self.tensors(reading: &cursor, count: tensorCount)
        let dataOffset = GGUF.aligned(cursor.offset)
        plan = try Self.plan(description, metadata, found).placed(at: dataOffset)
        try Self.check(found, against: plan, dataOffset: dataOffset, fileLength: file.count)

        guard try metadata.string(MetadataKey.digestAlgorithm) == "sha256" else {
            throw TacitError(.badData, place: MetadataKey.digestAlgorithm, "expected sha256")
        }
        tensorDigests = try metadata.strings(MetadataKey.digestTensors)
        restDigest = try metadata.string(MetadataKey.digestRest)
        guard tensorDigests.count == tensorCount, (tensorDigests + [restDigest]).allSatisfy(MessageDigest.isDigest)
        else {
            throw TacitError(
                .badData, place: MetadataKey.digestTensors, "expected \(tensorCount) times 64 hexadecimal digits")
        }
        restDigestOffset = metadata.stringOffsets[MetadataKey.digestRest] ?? 0
    }

    private static func checkIdentity(_ metadata: Metadata) throws {
        let architecture = try metadata.string(MetadataKey.architecture)
        guard architecture == GGUF.architecture else {
            throw TacitError(
                .badData, place: MetadataKey.architecture, "expected \(GGUF.architecture), found \(architecture)")
        }
        let alignment = try metadata.integer(MetadataKey.alignment)
        guard alignment == GGUF.alignment else {
            throw TacitError(.badData, place: MetadataKey.alignment, "expected \(GGUF.alignment), found \(alignment)")
        }
        let version = try metadata.integer(MetadataKey.layoutVersion)
        let known = ModelFile.layoutVersions
        guard known.contains(version) else {
            throw TacitError(
                .badData, place: MetadataKey.layoutVersion,
                "expected \(known.lowerBound) to \(known.upperBound), found \(version)")
        }
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

    /// A tensor as the file states it; offsets count from the first tensor.
    private struct StatedTensor {
        let name: String
        let type: UInt32
        let shape: [UInt64]
        let offset: UInt64
    }

    private static func tensors(reading cursor: inout ByteCursor, count: Int) throws -> [StatedTensor] {
        // Each takes at least 24 bytes, so that a count alone reserves nothing a file did not pay for.
        guard count <= cursor.remaining / 24 else {
            throw TacitError(.badData, place: "byte 8", "\(count) tensors do not fit the file")
        }
        var tensors: [StatedTensor] = []
        var names: Set<String> = []
        tensors.reserveCapacity(count)
        for _ in 0..<count {
            let name = try cursor.string("a tensor's name", atMost: GGUF.maximumName)
            guard names.insert(name).inserted else {
                throw TacitError(.badData, place: name, "the tensor occurs twice")
            }
            let rank = try cursor.number(UInt32.self, "the rank of \(name)")
            guard (1...4).contains(rank) else {
                throw TacitError(.badData, place: name, "\(rank) dimensions, expected 1 to 4")
            }
            let shape = try (0..<rank).map { _ in try cursor.number(UInt64.self, "the shape of \(name)") }
            tensors.append(
                StatedTensor(
                    name: name, type: try cursor.number(UInt32.self, "the type of \(name)"), shape: shape.reversed(),
                    offset: try cursor.number(UInt64.self, "the offset of \(name)")))
        }
        return tensors
    }

    private static func plan(
        _ description: ModelDescription, _ metadata: Metadata, _ tensors: [StatedTensor]
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
        _ found: [StatedTensor], against plan: TensorPlan, dataOffset: Int, fileLength: Int
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
