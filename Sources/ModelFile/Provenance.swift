/// Where a model came from and under what terms it may be used. Nothing here changes a result.
package struct Provenance: Equatable, Sendable {
    /// A file the converter read.
    package struct SourceFile: Equatable, Sendable {
        /// Its name within its folder, never a path.
        package var name: String
        /// SHA-256, 64 lower-case hexadecimal digits.
        package var digest: String

        package init(name: String, digest: String) {
            self.name = name
            self.digest = digest
        }
    }

    /// The model's licence as its adapter states it.
    package var license: String
    /// What it was made from, as its adapter states it.
    package var sources: [String]
    /// The adapter's `metrics` object, as JSON text; empty without one.
    package var metrics: String
    package var files: [SourceFile]
    package var converterVersion: String
    /// The converter's flags, without paths.
    package var flags: String

    package init(
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
