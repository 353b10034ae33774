import Foundation
import TacitDiagnostics
import TacitModelFile

/// Numbers that look random and are the same everywhere (Steele et al. 2014, SplitMix64).
struct Numbers {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func float() -> Float {
        Float(next() >> 40) / Float(1 << 23) - 1
    }

    mutating func floats(_ count: Int) -> [Float] {
        (0..<count).map { _ in float() }
    }

    mutating func integer(below bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }
}

/// A folder that is gone with the object.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/tacit-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { path + "/" + name }
}

/// A model with random weights, small enough to try every byte of it.
struct SmallModel {
    var description: ModelDescription
    var provenance = Provenance(
        license: "CC0-1.0", sources: ["made up"], metrics: "{}",
        files: [.init(name: "model.safetensors", digest: String(repeating: "ab", count: 32))],
        converterVersion: "1", flags: "--weights int8")
    var encoding = MatrixEncoding.int8
    /// Of what is never quantized.
    var outside = MatrixEncoding.float32
    var hasBias = true

    static let gpt2 = SmallModel(
        description: ModelDescription(
            trunk: TrunkDescription(
                family: .gpt2, width: 6, layers: 1, heads: 2, keyValueHeads: 2, headWidth: 3, feedForwardWidth: 10,
                isGated: false, norm: .layer, normEpsilon: 1e-5, activation: .geluTanh, positions: .table,
                rotaryWidth: 0),
            input: .waveform(WaveformInput(sampleRate: 16000, patch: 5, stride: 4, window: 3)),
            attention: .causal, context: .restart, pool: .mean, task: .multiclass, labels: ["dog", "Küken"],
            thresholds: [0.5, 0.25], patchHiddenWidth: 4, hasHeadNorm: true))

    static let llama = SmallModel(
        description: ModelDescription(
            trunk: TrunkDescription(
                family: .llama, width: 17, layers: 2, heads: 4, keyValueHeads: 2, headWidth: 6, feedForwardWidth: 21,
                isGated: true, norm: .rms, normEpsilon: 1e-6, activation: .silu, positions: .rotary, rotaryWidth: 6),
            input: .logmel(
                LogMelInput(
                    sampleRate: 16000, fftSize: 512, windowLength: 400, hopLength: 160, mels: 3, minimumFrequency: 0,
                    maximumFrequency: 8000, logOffset: 1e-6, mean: -4.25, deviation: 3.5, patchFrames: 2,
                    strideFrames: 1, window: 9)),
            attention: .causal, context: .sliding, pool: .last, task: .multilabel, labels: ["a", "b", "c"],
            thresholds: [0.5, 0.5, 1], events: EventSettings(smooth: 2.5, onAfter: 1, offAfter: 3, offBelow: 0.7),
            patchHiddenWidth: 0, hasHeadNorm: false),
        hasBias: false)

    static let tokens = SmallModel(
        description: ModelDescription(
            trunk: SmallModel.gpt2.description.trunk,
            input: .tokens(TokensInput(vocabulary: 7, codebooks: 2, window: 4)), attention: .causal,
            context: .restart, pool: .last, task: .multiclass, labels: [], thresholds: [], patchHiddenWidth: 0,
            hasHeadNorm: false))

    static let image = SmallModel(
        description: ModelDescription(
            trunk: SmallModel.llama.description.trunk,
            input: .image(
                ImageInput(
                    width: 8, height: 6, channels: 3, patch: 2, stride: 2, mean: [0.5, 0.25, 0.5],
                    deviation: [1, 2, 3])), attention: .full, context: .restart, pool: .mean, task: .multiclass,
            labels: ["x"], thresholds: [0.5], patchHiddenWidth: 0, hasHeadNorm: false))

    /// With what labels are learned by.
    static let teachable = {
        var model = SmallModel.llama
        model.description.learning = LearningHead(levels: [1, 2], width: 11, hasPrototypes: true, others: 3)
        return model
    }()

    /// With a stretch that labels are read out over besides.
    static let teachableStretch = {
        var model = SmallModel.teachable
        model.description.learning?.stretch = 4
        return model
    }()

    /// With rows that every patch attends to.
    static let kept = {
        var model = SmallModel.llama
        model.description.sinks = 3
        return model
    }()

    /// With cells of a picture that labels are learned by.
    static let teachableImage = {
        var model = SmallModel.image
        model.description.learning = LearningHead(levels: [2], grid: 3, width: 5, hasPrototypes: false)
        return model
    }()

    static let all = [gpt2, llama, tokens, image, teachable, teachableImage, teachableStretch, kept]

    /// The values that `write` stores, by name: vectors as they are, matrices as `[rows][columns]`.
    struct Values {
        var vectors: [String: [Float]] = [:]
        var weights: [String: [Float]] = [:]
        var levels: [String: [[Int8]]] = [:]
        /// `[rows][groups]`.
        var groupScales: [String: [UInt8]] = [:]
        var biases: [String: [Float]] = [:]
    }

    func formats() -> [String: MatrixFormat] {
        var formats: [String: MatrixFormat] = [:]
        for shape in description.matrices {
            formats[shape.name] = MatrixFormat(
                encoding: shape.mayBeQuantized ? encoding : outside, hasBias: shape.isTrunk ? hasBias : true)
        }
        return formats
    }

    @discardableResult
    func write(to path: String, seed: UInt64 = 1) throws -> Values {
        var numbers = Numbers(seed: seed)
        var values = Values()
        let formats = formats()
        let writer = try ModelFileWriter(
            path: path, description: description, provenance: provenance, formats: formats)
        for part in description.parts.reversed() {
            switch part {
            case .vector(let name, let shape):
                let vector = numbers.floats(shape.reduce(1, *))
                values.vectors[name] = vector
                try writer.write(vector: name, vector)
            case .matrix(let shape):
                let bias = formats[shape.name]?.hasBias == true ? numbers.floats(shape.rows) : nil
                values.biases[shape.name] = bias
                if let encoding = formats[shape.name]?.encoding, encoding.bits == 4 {
                    let groups = (shape.columns + encoding.groupSize - 1) / encoding.groupSize
                    let planes = (0..<encoding.planes).map { plane in
                        (
                            levels: (0..<shape.rows * shape.columns).map { _ in Int8(numbers.integer(below: 16) - 8) },
                            groupScales: (0..<shape.rows * groups).map { _ in UInt8(numbers.integer(below: 127) + 1) },
                            scales: (0..<shape.rows).map { Float($0 + 1 + plane * 1000) }
                        )
                    }
                    values.levels[shape.name] = planes.map(\.levels)
                    values.groupScales[shape.name] = planes.flatMap(\.groupScales)
                    try writer.write(
                        matrix: shape.name,
                        MatrixPacker.int4(
                            planes: planes, rows: shape.rows, columns: shape.columns, groupSize: encoding.groupSize,
                            bias: bias))
                } else if formats[shape.name]?.encoding == .int8Groups {
                    let levels = (0..<shape.rows * shape.columns).map { _ in Int8(numbers.integer(below: 255) - 127) }
                    let groups = (shape.columns + 31) / 32
                    let groupScales = (0..<shape.rows * groups).map { _ in UInt8(numbers.integer(below: 127) + 1) }
                    values.levels[shape.name] = [levels]
                    values.groupScales[shape.name] = groupScales
                    try writer.write(
                        matrix: shape.name,
                        MatrixPacker.int8Groups(
                            levels, groupScales: groupScales, scales: (0..<shape.rows).map { Float($0 + 1) },
                            rows: shape.rows, columns: shape.columns, bias: bias))
                } else if let planes = formats[shape.name]?.encoding.planes, planes > 0 {
                    let levels = (0..<planes).map { _ in
                        (0..<shape.rows * shape.columns).map { _ in Int8(numbers.integer(below: 65) - 32) }
                    }
                    values.levels[shape.name] = levels
                    try writer.write(
                        matrix: shape.name,
                        MatrixPacker.int8(
                            planes: levels.enumerated().map { plane, levels in
                                (levels, (0..<shape.rows).map { Float($0 + 1 + plane * 1000) })
                            }, rows: shape.rows, columns: shape.columns, bias: bias))
                } else {
                    let isHalf = formats[shape.name]?.encoding == .float16
                    let weights = numbers.floats(shape.rows * shape.columns).map {
                        isHalf ? ($0 * 1024).rounded() / 1024 : $0
                    }
                    values.weights[shape.name] = weights
                    let pack = isHalf ? MatrixPacker.float16 : MatrixPacker.float32
                    guard let packed = pack(weights, shape.rows, shape.columns, bias) else {
                        preconditionFailure("16 bits do not hold these weights")
                    }
                    try writer.write(matrix: shape.name, packed)
                }
            }
        }
        try writer.finish()
        return values
    }
}

/// The error that `body` throws, as the line a user sees; nil if it throws none.
func failure(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch let error as TacitError {
        return error.description
    } catch {
        return "another kind of error: \(error)"
    }
}
