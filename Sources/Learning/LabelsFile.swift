import Glibc
import TacitDiagnostics
import TacitModelFile

/// The file that learned labels live in: a GGUF of its own kind, with a digest of every byte.
package enum LabelsFile {
    static let architecture = "tacit.labels"
    /// Versions of the naming below that can be read. The second has parts of sounds, and labels that are said of the
    /// background, and is written only where there are some.
    static let layoutVersions = 1...2

    enum Key {
        static let modelDigest = "tacit.labels.model_digest"
        static let modelName = "tacit.labels.model_name"
        static let width = "tacit.labels.width"
        /// Of the learned labels.
        static let names = "tacit.labels.names"
        /// Of the labels that were corrected.
        static let corrected = "tacit.labels.corrected"
        /// Of the model's labels with a plane of their own.
        static let planes = "tacit.labels.planes"
        /// Parallel arrays, one element an example: the label it is of (then corrections, then the background), how
        /// many rows it has, and of its clip the sample rate (0 for a picture or none).
        static let owners = "tacit.labels.example_owners"
        static let copies = "tacit.labels.example_copies"
        static let rates = "tacit.labels.example_rates"
        /// The same: how many rows, behind those of `copies`, are of a part of it. In layout 2.
        static let parts = "tacit.labels.example_parts"
        static let likeness = "tacit.labels.likeness"
        /// Parallel arrays, from version 2 on: an example of the background, and a label of the model's that it says of
        /// it.
        static let sayingExamples = "tacit.labels.saying_examples"
        static let saidLabels = "tacit.labels.said_labels"
    }

    /// `[rows][width]`.
    static let rows = "rows"
    /// `[planes][width]`, `[planes]`.
    static let weights = "weights"
    static let biases = "biases"
    /// `[samples]`, or `[height][width][channels]`.
    static func clip(_ example: Int) -> String { "clip.\(example)" }

    /// - Returns: nil where there is no such file.
    /// - Throws: `TacitError`: `badData` if a byte of it is not what was written, `noInput` if it can't be read.
    package static func read(_ path: String) throws -> LearnedLabels? {
        var information = stat()
        guard SystemPath.withBytes(path, { stat($0, &information) }) == 0 else {
            guard errno == ENOENT else { throw TacitError.system(.noInput, file: path) }
            return nil
        }
        guard information.st_size <= LearningLimits.fileBytes else {
            throw TacitError.badData(path, "is larger than any file of learned labels may be")
        }
        let map = try FileMap(path: path, isPrivate: true)
        return try withExtendedLifetime(map) {
            do {
                return try Self.labels(map.bytes)
            } catch let error as TacitError {
                throw error.inFile(path)
            }
        }
    }

    /// The same where there must be one.
    ///
    /// - Throws: `TacitError` (no input) also where there is none.
    package static func require(_ path: String) throws -> LearnedLabels {
        guard let labels = try read(path) else {
            throw TacitError(.noInput, file: path, "there is no such file: a first label makes it")
        }
        return labels
    }

    /// What a file of these labels holds.
    package static func bytes(_ labels: LearnedLabels) -> [UInt8] {
        let writer = LabelsFileWriter(labels)
        return writer.file.bytes(architecture: architecture, layoutVersion: writer.layoutVersion)
    }

    /// From what a file holds.
    ///
    /// - Throws: `TacitError` (bad data), without a file's name, if a byte of it is not what was written.
    package static func labels(_ bytes: UnsafeRawBufferPointer) throws -> LearnedLabels {
        try LabelsFileReader(TensorFile(reading: bytes, architecture: architecture, layoutVersions: layoutVersions))
            .labels()
    }

    /// Replaces the file, or the one that a link leads to, whole or not at all.
    ///
    /// - Returns: whether it was another user's, who may not read it any more.
    /// - Throws: `TacitError`: `cannotCreate` or `inputOutput` where it can't be written, `usage` beyond the limits.
    @discardableResult
    package static func write(_ labels: LearnedLabels, to path: String) throws -> Bool {
        let bytes = bytes(labels)
        guard bytes.count <= LearningLimits.fileBytes else {
            throw TacitError(
                .usage, file: path,
                "\(bytes.count) bytes of labels, expected at most \(LearningLimits.fileBytes): forget some, or keep no "
                    + "clips"
            )
        }
        // What could not be read again replaces nothing.
        do {
            _ = try bytes.withUnsafeBytes { try Self.labels($0) }
        } catch let error as TacitError {
            throw error.inFile(path)
        }
        let file = try OutputFile(path: path)
        try bytes.withUnsafeBytes { try file.write($0, at: 0) }
        try file.finish()
        return file.isTaken
    }
}
