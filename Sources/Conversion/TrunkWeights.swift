import TacitDiagnostics
import TacitModelFile

/// The trunk's weights as the model file wants them: adapters fused, modules stacked, each value rounded once.
struct TrunkWeights {
    /// A matrix ready to be stored.
    struct Matrix {
        /// `[rows][columns]`.
        let weights: [Float]
        let rows: Int
        let columns: Int
        /// `[rows]`.
        let bias: [Float]?
        /// Largest relative difference of fused modules, fused against unfused; nil if none was adapted.
        let fusionDifference: Double?

        /// As it is, in the layout of the file.
        var packed: PackedMatrix { MatrixPacker.float32(weights, rows: rows, columns: columns, bias: bias) }
    }

    /// A fusion that differs by more than this is wrong; rounding to 32-bit floats alone stays below a hundredth of it.
    static let fusionTolerance = 1e-5

    let checkpoint: BaseCheckpoint
    let adapter: PEFTAdapter?
    /// Of every block, what its activations are smoothed by; empty for weights as they are.
    var smoothing: [BlockSmoothing] = []

    func hasBias(_ matrix: BaseModel.Matrix) -> Bool {
        matrix.modules.contains { $0.hasBias || adapter?.bringsBias($0) ?? false }
    }

    func matrix(_ matrix: BaseModel.Matrix) throws -> Matrix {
        var weights: [Float] = []
        var bias: [Float] = []
        var difference: Double?
        for module in matrix.modules {
            let weight = try checkpoint.weight(module)
            let change = try adapter?.change(module)
            if let change {
                let fused = try AdapterFusion.fuse(weight, change, module)
                guard fused.weight.allSatisfy(\.isFinite) else {
                    throw Self.fault(adapter, module, "the fused weight is not finite")
                }
                guard fused.difference <= Self.fusionTolerance else {
                    throw Self.fault(
                        adapter, module, "fused and unfused outputs differ by \(fused.difference) of the largest one")
                }
                difference = max(difference ?? 0, fused.difference)
                weights += fused.weight
            } else {
                weights += weight.map { Float($0) }
            }
            var own = try adapter?.bias(module) ?? checkpoint.bias(module)
            if let change {
                own = AdapterFusion.fuse(bias: own, change, module)
                guard own?.allSatisfy({ Float($0).isFinite }) ?? true else {
                    throw Self.fault(adapter, module, "the fused bias is not finite")
                }
            }
            bias += own?.map { Float($0) } ?? [Float](repeating: 0, count: module.rows)
        }
        let rows = matrix.modules.reduce(0) { $0 + $1.rows }
        let columns = matrix.modules.first?.columns ?? 0
        let exact = Matrix(
            weights: matrix.order.applied(to: weights, columns: columns), rows: rows, columns: columns,
            bias: hasBias(matrix) ? matrix.order.applied(to: bias, columns: 1) : nil, fusionDifference: difference)
        return smoothed(matrix.name) { $0.applied(to: exact, $1) } ?? exact
    }

    private static func fault(_ adapter: PEFTAdapter?, _ module: LinearModule, _ reason: String) -> TacitError {
        TacitError(.badData, file: adapter?.path, place: module.name, reason)
    }

    /// - Parameters:
    ///   - name: of a tensor, in the model file.
    ///   - change: given the block's factors, and the tensor's name in a model of one block.
    /// - Returns: nil where nothing is smoothed.
    private func smoothed<Value>(_ name: String, _ change: (BlockSmoothing, String) -> Value) -> Value? {
        guard let layer = TensorName.layer(of: name), smoothing.indices.contains(layer),
            let own = TensorName.moved(name, from: layer, to: 0)
        else { return nil }
        return change(smoothing[layer], own)
    }

    /// A norm's `weight` or `bias`.
    func norm(_ norm: BaseModel.Norm, _ field: String) throws -> [Float] {
        let count = norm.width ?? checkpoint.model.trunk.width
        let values =
            try adapter?.normTensor(norm, field) ?? checkpoint.vector("\(norm.module).\(field)", count: count)
        let offset = norm.isOffset && field == "weight" ? 1.0 : 0
        let exact = values.map { Float($0 + offset) }
        return smoothed("\(norm.name).\(field)") { $0.applied(to: exact, $1) } ?? exact
    }
}
