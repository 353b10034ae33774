import TacitDiagnostics
import TacitModelFile

/// Reads learned labels from a file whose digest is right, and believes nothing else of it.
struct LabelsFileReader {
    private let file: TensorFile
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
        let names = try names(LabelsFile.Key.names, LabelName.isReadable)
        // A model's own labels are called as they are.
        let corrected = try self.names(LabelsFile.Key.corrected, LabelName.isOfModel)
        var classifiers = Classifiers(width: model.width)
        classifiers.corrected = try self.names(LabelsFile.Key.planes, LabelName.isOfModel)
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
        try check(labels, LabelsFile.Key.saidLabels, LabelName.isOfModel)
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
