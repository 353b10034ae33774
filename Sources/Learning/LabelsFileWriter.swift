import TacitModelFile

/// Lays learned labels out as a file of them.
struct LabelsFileWriter {
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
