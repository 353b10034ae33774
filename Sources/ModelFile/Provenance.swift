/// Where a model came from and under what terms it may be used. Nothing here changes a result.
public struct Provenance: Equatable, Sendable {
    /// A file the converter read.
    public struct SourceFile: Equatable, Sendable {
        /// Its name within its folder, never a path.
        public var name: String
        /// SHA-256, 64 lower-case hexadecimal digits.
        public var digest: String

        public init(name: String, digest: String) {
            self.name = name
            self.digest = digest
        }
    }

    /// The model's licence as its adapter states it.
    public var license: String
    /// What it was made from, as its adapter states it.
    public var sources: [String]
    /// The adapter's `metrics` object, as JSON text; empty without one.
    public var metrics: String
    public var files: [SourceFile]
    public var converterVersion: String
    /// The converter's flags, without paths.
    public var flags: String

    public init(
        license: String, sources: [String], metrics: String, files: [SourceFile], converterVersion: String,
        flags: String
    ) {
        self.license = license
        self.sources = sources
        self.metrics = metrics
        self.files = files
        self.converterVersion = converterVersion
        self.flags = flags
    }
}
