import TacitDiagnostics
import TacitEngine
import TacitModelFile

/// One block of a trunk in memory, with the final norm behind it: what the engine runs to see what a block makes of the
/// residual stream. Only `init` writes to it.
final class BlockTensors: TensorSource, @unchecked Sendable {
    /// Of a model of this one block, whose stream is given from outside.
    let description: ModelDescription
    private var matrices: [String: MatrixView] = [:]
    private var vectors: [String: UnsafeBufferPointer<Float>] = [:]
    private var memory: [UnsafeMutableRawPointer] = []

    /// - Parameters:
    ///   - description: of the whole model.
    ///   - layer: the block's number.
    ///   - patches: how many go through at once, sinks among them.
    ///   - vectors: the block's and the final norm's, by their names in a model of one block.
    ///   - matrices: by such names.
    init(
        _ description: ModelDescription, layer: Int, patches: Int, _ vectors: [String: [Float]],
        _ matrices: [String: PackedMatrix]
    ) {
        self.description = Self.single(description, layer: layer, patches: patches)
        for (name, vector) in vectors { add(vector: name, vector) }
        for (name, matrix) in matrices { add(matrix: name, matrix) }
        add(vector: TensorName.codebook(0), [Float](repeating: 0, count: description.trunk.width))
    }

    deinit {
        for block in memory { block.deallocate() }
    }

    private static func single(_ description: ModelDescription, layer: Int, patches: Int) -> ModelDescription {
        var single = description
        single.trunk.layers = 1
        single.trunk.localWindows = description.trunk.localWindow(of: layer).map { [$0] } ?? []
        single.trunk.hasLocalFrequencies = description.trunk.hasLocalFrequencies && !single.trunk.localWindows.isEmpty
        if single.trunk.positions == .table { single.trunk.positions = .none }
        single.input = .tokens(TokensInput(vocabulary: 1, codebooks: 1, window: patches))
        (single.context, single.sinks, single.pool, single.task) = (.restart, 0, .mean, .multiclass)
        (single.labels, single.thresholds) = ([], [])
        (single.events, single.learning) = (nil, nil)
        (single.patchHiddenWidth, single.hasHeadNorm) = (0, false)
        return single
    }

    private func add(vector name: String, _ values: [Float]) {
        vectors[name] = copy(values)
    }

    private func add(matrix name: String, _ matrix: PackedMatrix) {
        matrices[name] = MatrixView(
            rows: matrix.rows, columns: matrix.columns, encoding: matrix.encoding,
            panels: UnsafeRawBufferPointer(copy(matrix.panels)), scales: matrix.scales.map { copy($0) },
            sums: matrix.sums.map { copy($0) }, bias: matrix.bias.map { copy($0) },
            groupScales: matrix.groupScales.map { copy($0) })
    }

    func matrix(_ name: String) throws -> MatrixView {
        guard let view = matrices[name] else { throw TacitError(.badData, place: name, "there is no such matrix") }
        return view
    }

    func vector(_ name: String) throws -> UnsafeBufferPointer<Float> {
        guard let view = vectors[name] else { throw TacitError(.badData, place: name, "there is no such tensor") }
        return view
    }

    func hasTensor(_ name: String) -> Bool { matrices[name] != nil || vectors[name] != nil }

    /// At a place that does not move, aligned as in a file.
    private func copy<Element: BitwiseCopyable>(_ values: [Element]) -> UnsafeBufferPointer<Element> {
        let bytes = values.count * MemoryLayout<Element>.stride
        let block = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 64), alignment: 64)
        memory.append(block)
        let elements = block.bindMemory(to: Element.self, capacity: values.count)
        elements.initialize(from: values, count: values.count)
        return UnsafeBufferPointer(start: elements, count: values.count)
    }
}
