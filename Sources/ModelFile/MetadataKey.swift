/// The keys of a model file's metadata, shared by whoever writes and whoever reads.
enum MetadataKey {
    static let architecture = "general.architecture"
    static let alignment = "general.alignment"
    static let layoutVersion = "tacit.layout_version"

    static func trunk(_ field: String) -> String { "tacit.trunk.\(field)" }
    static func input(_ field: String) -> String { "tacit.input.\(field)" }
    static let attention = "tacit.attention"
    static let context = "tacit.context"
    static let sinks = "tacit.sinks"
    static let pool = "tacit.pool"
    static let task = "tacit.task"
    static let labels = "tacit.labels"
    static let thresholds = "tacit.thresholds"
    static func events(_ field: String) -> String { "tacit.events.\(field)" }
    static let patchHiddenWidth = "tacit.patch_hidden_width"
    static let headNorm = "tacit.head_norm"
    static func learning(_ field: String) -> String { "tacit.learning.\(field)" }

    /// Parallel arrays, one element a matrix.
    static func matrices(_ field: String) -> String { "tacit.matrices.\(field)" }

    static let license = "tacit.license"
    static let sources = "tacit.sources"
    static let metrics = "tacit.metrics"
    static func provenance(_ field: String) -> String { "tacit.provenance.\(field)" }

    /// JSON text, with spaces behind it.
    static let report = "tacit.report"

    static let digestAlgorithm = "tacit.digest.algorithm"
    /// One a tensor, in their order.
    static let digestTensors = "tacit.digest.tensors"
    /// Of every byte outside the tensors' data, its own 64 digits taken as `0`.
    static let digestRest = "tacit.digest.rest"
}
