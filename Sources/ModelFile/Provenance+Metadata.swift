import TacitDiagnostics

extension Provenance {
    init(reading metadata: Metadata) throws {
        let names = try metadata.strings(MetadataKey.provenance("files"))
        let digests = try metadata.strings(MetadataKey.provenance("digests"))
        guard names.count == digests.count else {
            throw TacitError(.badData, place: MetadataKey.provenance("digests"), "expected one a file, \(names.count)")
        }
        self.init(
            license: try metadata.string(MetadataKey.license),
            sources: try metadata.strings(MetadataKey.sources),
            metrics: try metadata.string(MetadataKey.metrics),
            files: zip(names, digests).map { SourceFile(name: $0, digest: $1) },
            converterVersion: try metadata.string(MetadataKey.provenance("converter")),
            flags: try metadata.string(MetadataKey.provenance("flags")))
        try validate()
    }

    /// - Throws: `TacitError` of kind `badData` if a name is a path or a digest no digest.
    func validate() throws {
        for file in files {
            guard !file.name.isEmpty, !file.name.utf8.contains(0x2f) else {
                throw TacitError(.badData, place: MetadataKey.provenance("files"), "\(file.name) is not a file's name")
            }
            guard MessageDigest.isDigest(file.digest) else {
                throw TacitError(.badData, place: MetadataKey.provenance("digests"), "expected 64 hexadecimal digits")
            }
        }
    }

    func write(to metadata: inout Metadata) {
        metadata.append(MetadataKey.license, .string(license))
        metadata.append(MetadataKey.sources, .strings(sources))
        metadata.append(MetadataKey.metrics, .string(metrics))
        metadata.append(MetadataKey.provenance("files"), .strings(files.map(\.name)))
        metadata.append(MetadataKey.provenance("digests"), .strings(files.map(\.digest)))
        metadata.append(MetadataKey.provenance("converter"), .string(converterVersion))
        metadata.append(MetadataKey.provenance("flags"), .string(flags))
    }
}
