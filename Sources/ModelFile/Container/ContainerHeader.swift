import TacitDiagnostics

/// The front of any file that is written here, a GGUF of version 3: its metadata, and its tensors as they are stated.
/// Read with suspicion; what the tensors must be, and whether the file is as long as they need, is for the caller.
struct ContainerHeader {
    /// A tensor as the file states it; offsets count from the first tensor.
    struct StatedTensor {
        let name: String
        let type: UInt32
        /// Outermost dimension first.
        let shape: [UInt64]
        let offset: UInt64
    }

    let metadata: Metadata
    let tensors: [StatedTensor]
    /// Where the tensors' data begin.
    let dataOffset: Int

    /// - Parameters:
    ///   - file: all bytes of the file.
    ///   - architecture: what kind of file it must be.
    ///   - layoutVersions: of that kind that can be read.
    /// - Throws: `TacitError` (bad data).
    init(reading file: UnsafeRawBufferPointer, architecture: String, layoutVersions: ClosedRange<Int>) throws {
        var cursor = ByteCursor(
            UnsafeRawBufferPointer(rebasing: file.prefix(min(file.count, GGUF.maximumHeader))))
        guard file.count >= 4, file.prefix(4).elementsEqual(GGUF.magic) else {
            throw TacitError(.badData, place: "byte 0", "not a GGUF file")
        }
        try cursor.skip(4, "the magic number")
        let version = try cursor.number(UInt32.self, "the version")
        guard version == GGUF.version else {
            throw TacitError(
                .badData, place: "byte 4",
                GGUF.foreignOrder(version) ?? "GGUF version \(version), expected \(GGUF.version)")
        }
        let tensorCount = try cursor.count("the number of tensors", atMost: GGUF.maximumTensors)
        let pairCount = try cursor.count("the number of metadata pairs", atMost: GGUF.maximumPairs)
        metadata = try Metadata(reading: &cursor, count: pairCount)
        try Self.checkIdentity(metadata, architecture, layoutVersions)
        tensors = try Self.tensors(reading: &cursor, count: tensorCount)
        dataOffset = GGUF.aligned(cursor.offset)
    }

    private static func checkIdentity(
        _ metadata: Metadata, _ architecture: String, _ known: ClosedRange<Int>
    ) throws {
        let found = try metadata.string(MetadataKey.architecture)
        guard found == architecture else {
            // One of llama.cpp's, rather than one of another kind that is written here.
            let isBase = architecture == GGUF.architecture && metadata[MetadataKey.layoutVersion] == nil
            throw TacitError(
                .badData, place: MetadataKey.architecture,
                "expected \(architecture), found \(found)"
                    + (isBase ? ": a base, which tacit-convert --base makes a model of" : ""))
        }
        let alignment = try metadata.integer(MetadataKey.alignment)
        guard alignment == GGUF.alignment else {
            throw TacitError(.badData, place: MetadataKey.alignment, "expected \(GGUF.alignment), found \(alignment)")
        }
        let version = try metadata.integer(MetadataKey.layoutVersion)
        guard known.contains(version) else {
            throw TacitError(
                .badData, place: MetadataKey.layoutVersion,
                (known.count == 1
                    ? "expected \(known.lowerBound), found \(version)"
                    : "expected \(known.lowerBound) to \(known.upperBound), found \(version)")
                    + (version > known.upperBound ? ": a later version wrote it, and can read it" : ""))
        }
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
            let name = try GGUF.tensorName(reading: &cursor, atMost: GGUF.maximumName)
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
}
