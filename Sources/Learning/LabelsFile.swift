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
        let writer = Writer(labels)
        return writer.file.bytes(architecture: architecture, layoutVersion: writer.layoutVersion)
    }

    /// From what a file holds.
    ///
    /// - Throws: `TacitError` (bad data), without a file's name, if a byte of it is not what was written.
    package static func labels(_ bytes: UnsafeRawBufferPointer) throws -> LearnedLabels {
        try Reader(TensorFile(reading: bytes, architecture: architecture, layoutVersions: layoutVersions)).labels()
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

// MARK: Writing

private struct Writer {
    private var metadata = Metadata()
    private var tensors: [TensorFile.Tensor] = []
    private var owners: [UInt32] = []
    private var copies: [UInt32] = []
    private var parts: [UInt32] = []
    private var rates: [UInt32] = []
    private var rows: [Float] = []
    private let width: Int
    /// Whether the model says anything of the background.
    private let isSaid: Bool

    init(_ labels: LearnedLabels) {
        width = labels.model.width
        isSaid = labels.background.contains { !$0.said.isEmpty }
        metadata.append(LabelsFile.Key.modelDigest, .string(labels.model.digest))
        metadata.append(LabelsFile.Key.modelName, .string(labels.model.name))
        metadata.append(LabelsFile.Key.width, .uint32(UInt32(width)))
        metadata.append(LabelsFile.Key.names, .strings(labels.labels.map(\.name)))
        metadata.append(LabelsFile.Key.corrected, .strings(labels.corrections.map(\.name)))
        metadata.append(LabelsFile.Key.planes, .strings(labels.classifiers.corrected))
        for (index, label) in labels.labels.enumerated() { append(label.examples, owner: index) }
        for (index, correction) in labels.corrections.enumerated() {
            append(correction.examples, owner: labels.labels.count + index)
        }
        append(labels.background, owner: labels.labels.count + labels.corrections.count)
        metadata.append(LabelsFile.Key.owners, .uint32s(owners))
        metadata.append(LabelsFile.Key.copies, .uint32s(copies))
        metadata.append(LabelsFile.Key.rates, .uint32s(rates))
        if layoutVersion > 1 { metadata.append(LabelsFile.Key.parts, .uint32s(parts)) }
        metadata.append(LabelsFile.Key.likeness, .float32s(labels.classifiers.likeness.flatMap { $0 }))
        let said = labels.background.enumerated().flatMap { index, example in example.said.map { (index, $0) } }
        if isSaid {
            metadata.append(LabelsFile.Key.sayingExamples, .uint32s(said.map { UInt32($0.0) }))
            metadata.append(LabelsFile.Key.saidLabels, .strings(said.map(\.1)))
        }
        tensors.append(TensorFile.Tensor(LabelsFile.rows, [rows.count / max(width, 1), width], rows))
        let planes = labels.classifiers.biases.count
        tensors.append(TensorFile.Tensor(LabelsFile.weights, [planes, width], labels.classifiers.weights))
        tensors.append(TensorFile.Tensor(LabelsFile.biases, [planes], labels.classifiers.biases))
    }

    /// Whoever knows no parts would take them for examples.
    var layoutVersion: Int { parts.contains { $0 > 0 } || isSaid ? 2 : 1 }

    var file: TensorFile { TensorFile(metadata: metadata, tensors: tensors) }

    private mutating func append(_ examples: [Example], owner: Int) {
        for example in examples {
            switch example.clip {
            case .sound(let samples, let rate)?:
                tensors.append(TensorFile.Tensor(LabelsFile.clip(owners.count), [samples.count], samples))
                rates.append(UInt32(rate))
            case .picture(let pixels, let width, let height, let channels)?:
                tensors.append(
                    TensorFile.Tensor(
                        LabelsFile.clip(owners.count), [height, width, channels], pixels.map { Int8(bitPattern: $0) }))
                rates.append(0)
            case nil: rates.append(0)
            }
            owners.append(UInt32(owner))
            copies.append(UInt32(example.rows.count / width))
            parts.append(UInt32(example.parts.count / width))
            rows += example.rows + example.parts
        }
    }
}

// MARK: Reading

private struct Reader {
    let file: TensorFile
    private let clips: [String: TensorFile.Tensor]

    init(_ file: TensorFile) {
        self.file = file
        clips = Dictionary(file.tensors.map { ($0.name, $0) }) { first, _ in first }
    }

    func labels() throws -> LearnedLabels {
        let metadata = file.metadata
        let model = TaughtModelIdentity(
            digest: try metadata.string(LabelsFile.Key.modelDigest),
            name: try metadata.string(LabelsFile.Key.modelName),
            width: try metadata.integer(LabelsFile.Key.width))
        guard (1...LearningLimits.width).contains(model.width), MessageDigest.isDigest(model.digest) else {
            throw TacitError(.badData, place: LabelsFile.Key.width, "expected a width and a model's digest")
        }
        let names = try names(LabelsFile.Key.names, LearnedLabels.isName)
        // A model's own labels are called as they are.
        let corrected = try self.names(LabelsFile.Key.corrected, LearnedLabels.isNameOfModel)
        var classifiers = Classifiers(width: model.width)
        classifiers.corrected = try self.names(LabelsFile.Key.planes, LearnedLabels.isNameOfModel)
        let planes = names.count + classifiers.corrected.count
        classifiers.weights = try floats(LabelsFile.weights, planes * model.width)
        classifiers.biases = try floats(LabelsFile.biases, planes)

        var examples = try self.examples(owners: names + corrected + ["background"], width: model.width)
        var likeness = try metadata.floats(LabelsFile.Key.likeness)[...]
        var background = examples.removeLast()
        try readSaid(into: &background)
        let said = Set(corrected + background.flatMap(\.said))
        guard classifiers.corrected.allSatisfy(said.contains) else {
            throw TacitError(.badData, place: LabelsFile.Key.planes, "a label that was not corrected")
        }
        let corrections = examples.suffix(corrected.count)
        for list in examples.prefix(names.count) {
            guard likeness.count >= list.count else {
                throw TacitError(.badData, place: LabelsFile.Key.likeness, "expected one an example")
            }
            classifiers.likeness.append(Array(likeness.prefix(list.count)))
            likeness.removeFirst(list.count)
        }
        return LearnedLabels(
            model, labels: zip(names, examples).map { LearnedLabels.Label(name: $0, examples: $1) },
            corrections: zip(corrected, corrections).map { LearnedLabels.Correction(name: $0, examples: $1) },
            background: background, classifiers: classifiers)
    }

    /// What the model says of the background, where it says anything.
    private func readSaid(into background: inout [Example]) throws {
        guard file.metadata[LabelsFile.Key.sayingExamples] != nil else { return }
        let places = try file.metadata.integers(LabelsFile.Key.sayingExamples)
        let labels = try file.metadata.strings(LabelsFile.Key.saidLabels)
        guard places.count == labels.count, places.allSatisfy(background.indices.contains) else {
            throw TacitError(
                .badData, place: LabelsFile.Key.sayingExamples, "expected one label an example that there is")
        }
        try check(labels, LabelsFile.Key.saidLabels, LearnedLabels.isNameOfModel)
        for (place, label) in zip(places, labels) { background[place].said.append(label) }
        guard background.allSatisfy({ Set($0.said).count == $0.said.count }) else {
            throw TacitError(.badData, place: LabelsFile.Key.saidLabels, "a label is there twice")
        }
    }

    private func names(_ key: String, _ isName: (String) -> Bool) throws -> [String] {
        let names = try file.metadata.strings(key)
        guard names.count <= LearningLimits.labels, Set(names).count == names.count else {
            throw TacitError(.badData, place: key, "too many labels, or one twice")
        }
        try check(names, key, isName)
        return names
    }

    private func check(_ names: [String], _ key: String, _ isName: (String) -> Bool) throws {
        for name in names where !isName(name) {
            throw TacitError(.badData, place: key, "a label's name is empty, too long or holds control characters")
        }
    }

    private func floats(_ name: String, _ count: Int) throws -> [Float] {
        let values = try file.tensor(name).values(.float32, of: Float.self, count: count)
        guard values.allSatisfy(\.isFinite) else {
            throw TacitError(.badData, place: name, "holds a number that is not finite")
        }
        return values
    }

    /// One list an owner.
    private func examples(owners names: [String], width: Int) throws -> [[Example]] {
        let owners = try file.metadata.integers(LabelsFile.Key.owners)
        let copies = try file.metadata.integers(LabelsFile.Key.copies)
        let rates = try file.metadata.integers(LabelsFile.Key.rates)
        let parts =
            file.metadata[LabelsFile.Key.parts] == nil
            ? [Int](repeating: 0, count: owners.count) : try file.metadata.integers(LabelsFile.Key.parts)
        guard owners.count == copies.count, owners.count == rates.count, owners.count == parts.count,
            owners.allSatisfy(names.indices.contains),
            copies.allSatisfy({ (1...LearningLimits.copies).contains($0) }),
            parts.allSatisfy({ $0 <= LearningLimits.copies }),
            rates.allSatisfy({ $0 <= LearningLimits.sampleRate })
        else {
            throw TacitError(
                .badData, place: LabelsFile.Key.owners, "examples that belong to nothing, or are of nothing")
        }
        let rows = try floats(LabelsFile.rows, (copies + parts).reduce(0, +) * width)
        let bytes = owners.indices.reduce(0) { $0 + (clips[LabelsFile.clip($1)]?.bytes.count ?? 0) }
        guard bytes <= LearningLimits.clipBytes else {
            throw TacitError(
                .badData, place: LabelsFile.Key.rates,
                "\(bytes) bytes of clips, expected at most \(LearningLimits.clipBytes)")
        }
        var lists = [[Example]](repeating: [], count: names.count)
        var place = 0
        var seconds = 0.0
        for (index, owner) in owners.enumerated() {
            let middle = place + copies[index] * width
            let end = middle + parts[index] * width
            let clip = try clip(index, rate: rates[index], of: names[owner])
            seconds += clip?.seconds ?? 0
            guard seconds <= LearningLimits.allClipsSeconds else {
                throw TacitError(
                    .badData, place: names[owner],
                    "clips up to here are of \(Int(seconds.rounded(.up))) s, expected at most "
                        + "\(Int(LearningLimits.allClipsSeconds)) s in all")
            }
            lists[owner].append(
                Example(rows: Array(rows[place..<middle]), parts: Array(rows[middle..<end]), clip: clip))
            place = end
        }
        return lists
    }

    /// - Parameter owner: the label, for errors.
    private func clip(_ index: Int, rate: Int, of owner: String) throws -> Clip? {
        guard let tensor = clips[LabelsFile.clip(index)] else { return nil }
        if rate > 0 {
            let clip = Clip.sound(samples: try tensor.values(.int16, of: Int16.self), sampleRate: rate)
            guard clip.seconds <= LearningLimits.clipSeconds else {
                throw TacitError(
                    .badData, place: owner,
                    "a clip of \(Int(clip.seconds.rounded(.up))) s at \(rate) Hz, expected at most "
                        + "\(Int(LearningLimits.clipSeconds)) s")
            }
            return clip
        }
        guard tensor.shape.count == 3, tensor.shape.allSatisfy({ (1...ModelLimits.imageSide).contains($0) }),
            [1, 3].contains(tensor.shape[2])
        else {
            throw TacitError(.badData, place: tensor.name, "expected a picture's height, width and channels")
        }
        return .picture(
            pixels: try tensor.values(.int8, of: Int8.self).map { UInt8(bitPattern: $0) }, width: tensor.shape[1],
            height: tensor.shape[0], channels: tensor.shape[2])
    }
}
