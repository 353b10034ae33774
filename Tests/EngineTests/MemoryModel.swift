import TacitDiagnostics
import TacitEngine
import TacitModelFile
import TacitTestSupport

/// A random model in memory, in the file's layouts, with its plain weights at hand for a reference.
final class MemoryModel: TensorSource, @unchecked Sendable {
    struct Matrix {
        var rows: Int
        var columns: Int
        /// `[rows][columns]`; for int8 what the levels stand for.
        var weights: [Float]
        /// `[rows]`
        var bias: [Float]?
    }

    let description: ModelDescription
    private(set) var matrices: [String: Matrix] = [:]
    /// The same as the model file's own packer makes them.
    private(set) var packed: [String: PackedMatrix] = [:]
    private(set) var vectors: [String: [Float]] = [:]
    private var views: [String: MatrixView] = [:]
    private var vectorViews: [String: UnsafeBufferPointer<Float>] = [:]
    private let memory = TestMemory()

    /// The same seed gives the same weights, before quantization, in either encoding.
    ///
    /// - Parameter outside: of what is never quantized; with `float16` weights are such that 16 bits hold them.
    init(
        _ description: ModelDescription, seed: UInt64, encoding: MatrixEncoding = .float32, bias: Bool = true,
        outside: MatrixEncoding = .float32
    ) {
        self.description = description
        var random = RandomNumbers(seed: seed)
        let trunk = description.trunk
        let width = trunk.width

        func values(_ count: Int, _ spread: Float, around centre: Float = 0) -> [Float] {
            (0..<count).map { _ in centre + Float.random(in: -spread...spread, using: &random) }
        }
        func matrix(_ name: String, _ rows: Int, _ columns: Int, _ encoding: MatrixEncoding, bias: Bool) {
            let spread = 1.7 / Float(columns).squareRoot()
            add(
                name,
                Matrix(
                    rows: rows, columns: columns,
                    weights: values(rows * columns, spread).map {
                        encoding == .float16 ? ($0 * 1024).rounded() / 1024 : $0
                    },
                    bias: bias ? values(rows, 0.2) : nil), encoding)
        }
        func norm(_ name: String, _ kind: TrunkDescription.Norm) {
            add("\(name).weight", values(width, 0.3, around: 1))
            if kind == .layer { add("\(name).bias", values(width, 0.2)) }
        }
        func frequencies(_ ratio: Float) -> [Float] {
            (0..<trunk.rotaryWidth / 2).map { index in
                var frequency: Float = 1
                for _ in 0..<index { frequency *= ratio }
                return frequency
            }
        }

        if case .tokens(let tokens) = description.input {
            for index in 0..<tokens.codebooks {
                add(TensorName.codebook(index), values(tokens.vocabulary * width, 1))
            }
        } else if description.patchHiddenWidth > 0 {
            let hidden = description.patchHiddenWidth
            matrix(TensorName.patchHidden, hidden, description.input.patchSize, outside, bias: true)
            matrix(TensorName.patch, width, hidden, outside, bias: true)
        } else {
            matrix(TensorName.patch, width, description.input.patchSize, outside, bias: true)
        }
        if trunk.positions == .table {
            add(TensorName.positions, values(description.input.window * width, 0.5))
        }
        if trunk.positions == .rotary {
            add(TensorName.rotaryFrequencies, frequencies(0.6))
            if trunk.hasLocalFrequencies { add(TensorName.localFrequencies, frequencies(0.8)) }
        }
        if description.sinks > 0 { add(TensorName.sinks, values(description.sinks * width, 1)) }
        for layer in 0..<trunk.layers {
            norm(TensorName.attentionNorm(layer), trunk.norm)
            matrix(TensorName.attentionQueryKeyValue(layer), trunk.queryKeyValueWidth, width, encoding, bias: bias)
            if trunk.normalizesHeads {
                for name in [TensorName.queryNorm(layer), TensorName.keyNorm(layer)] {
                    add("\(name).weight", values(trunk.headWidth, 0.3, around: 1))
                }
            }
            if trunk.normPlacement == .around {
                norm(TensorName.attentionOutputNorm(layer), trunk.norm)
                norm(TensorName.feedForwardOutputNorm(layer), trunk.norm)
            }
            matrix(TensorName.attentionOutput(layer), width, trunk.heads * trunk.headWidth, encoding, bias: bias)
            norm(TensorName.feedForwardNorm(layer), trunk.norm)
            matrix(TensorName.feedForwardInput(layer), trunk.feedForwardInputWidth, width, encoding, bias: bias)
            matrix(TensorName.feedForwardOutput(layer), width, trunk.feedForwardWidth, encoding, bias: bias)
        }
        norm(TensorName.finalNorm, trunk.norm)
        if description.hasHeadNorm { norm(TensorName.headNorm, .layer) }
        if !description.labels.isEmpty {
            matrix(TensorName.head, description.labels.count, width, outside, bias: true)
        }
        if let learning = description.learning {
            matrix(
                TensorName.learning, learning.width, learning.inputWidth(trunkWidth: width),
                // Files have it in either form.
                encoding == .int8 ? .int8 : encoding.planes > 0 ? .int8Groups : .float32, bias: true)
        }
    }

    func matrix(_ name: String) throws -> MatrixView {
        guard let view = views[name] else { throw TacitError(.badData, place: name, "there is no such matrix") }
        return view
    }

    func vector(_ name: String) throws -> UnsafeBufferPointer<Float> {
        guard let view = vectorViews[name] else { throw TacitError(.badData, place: name, "there is no such tensor") }
        return view
    }

    func hasTensor(_ name: String) -> Bool { views[name] != nil || vectorViews[name] != nil }

    /// Takes a tensor away, or gives it another length.
    func spoil(_ name: String, count: Int? = nil) {
        views[name] = nil
        guard let count, let old = vectorViews[name] else {
            vectorViews[name] = nil
            return
        }
        vectorViews[name] = UnsafeBufferPointer(start: old.baseAddress, count: count)
    }

    private func add(_ name: String, _ values: [Float]) {
        vectors[name] = values
        vectorViews[name] = copy(values)
    }

    private func add(_ name: String, _ matrix: Matrix, _ encoding: MatrixEncoding) {
        let packed = Panels(matrix.weights, rows: matrix.rows, columns: matrix.columns, encoding: encoding)
        var matrix = matrix
        matrix.weights = packed.meaning
        matrices[name] = matrix
        self.packed[name] = pack(matrix, packed, encoding)
        let bias = matrix.bias.map { copy($0 + [Float](repeating: 0, count: packed.padded - $0.count)) }
        let panels =
            switch encoding {
            case .float32: UnsafeRawBufferPointer(copy(packed.floats))
            case .float16: UnsafeRawBufferPointer(copy(packed.halves))
            case .int8, .int8TwoPlanes, .int8Groups: UnsafeRawBufferPointer(copy(packed.bytes))
            case .int4, .int4TwoPlanes: UnsafeRawBufferPointer(copy(packed.nibbles))
            }
        views[name] = MatrixView(
            rows: matrix.rows, columns: matrix.columns, encoding: encoding, panels: panels,
            scales: encoding.planes > 0 ? copy(packed.scales) : nil,
            sums: packed.sums.isEmpty ? nil : copy(packed.sums), bias: bias,
            groupScales: packed.groupScales.isEmpty ? nil : copy(packed.groupScales))
    }

    /// The same as the file has it.
    private func pack(_ matrix: Matrix, _ panels: Panels, _ encoding: MatrixEncoding) -> PackedMatrix {
        let (rows, columns, bias) = (matrix.rows, matrix.columns, matrix.bias)
        switch encoding {
        case .float32: return MatrixPacker.float32(matrix.weights, rows: rows, columns: columns, bias: bias)
        case .float16:
            guard let packed = MatrixPacker.float16(matrix.weights, rows: rows, columns: columns, bias: bias) else {
                preconditionFailure("16 bits do not hold these weights")
            }
            return packed
        case .int8, .int8TwoPlanes:
            let planes = panels.levels.enumerated().map { plane, levels in
                (levels, Array(panels.scales[plane * panels.padded..<plane * panels.padded + rows]))
            }
            return MatrixPacker.int8(planes: planes, rows: rows, columns: columns, bias: bias)
        case .int8Groups:
            return MatrixPacker.int8Groups(
                panels.levels[0], groupScales: panels.plainGroupScales[0], scales: Array(panels.scales[..<rows]),
                rows: rows, columns: columns, bias: bias)
        case .int4(let groupSize), .int4TwoPlanes(let groupSize):
            let planes = panels.levels.enumerated().map { plane, levels in
                (
                    levels, panels.plainGroupScales[plane],
                    Array(panels.scales[plane * panels.padded..<plane * panels.padded + rows])
                )
            }
            return MatrixPacker.int4(planes: planes, rows: rows, columns: columns, groupSize: groupSize, bias: bias)
        }
    }

    private func copy<Element: BitwiseCopyable>(_ values: [Element]) -> UnsafeBufferPointer<Element> {
        UnsafeBufferPointer(memory.copy(values))
    }
}
