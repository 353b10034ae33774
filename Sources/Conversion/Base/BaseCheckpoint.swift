import TacitDiagnostics
import TacitModelFile

/// A base model's weights, by module name without the family's prefix.
final class BaseCheckpoint {
    let model: BaseModel
    private let store: TensorStore
    /// Full names by name without prefix.
    private var fullNames: [String: String] = [:]

    init(model: BaseModel, folder: SourceFolder) throws {
        self.model = model
        store = try TensorStore(checkpoint: folder)
        for name in store.names {
            let short = name.hasPrefix(model.prefix) ? String(name.dropFirst(model.prefix.count)) : name
            guard fullNames[short] == nil else {
                throw store.fault(name, "the tensor is there twice, with and without \(model.prefix)")
            }
            fullNames[short] = name
        }
        try refuseStrangers()
    }

    /// Bytes of the checkpoint's tensors.
    var byteCount: Int { store.byteCount }

    /// Everything in a checkpoint is either known or refused.
    private func refuseStrangers() throws {
        var known: Set<String> = ["\(model.embedding).weight", "lm_head.weight"]
        if let table = model.positionTable { known.insert("\(table).weight") }
        for module in model.modules {
            known.insert("\(module.name).weight")
            if module.hasBias { known.insert("\(module.name).bias") }
        }
        for norm in model.norms {
            known.insert("\(norm.module).weight")
            if model.trunk.norm == .layer { known.insert("\(norm.module).bias") }
        }
        for (short, full) in fullNames.sorted(by: { $0.key < $1.key }) where !known.contains(short) {
            guard model.leftoverSuffixes.contains(where: { short.hasSuffix(".\($0)") }) else {
                throw store.fault(full, "this \(model.trunk.family.rawValue) model has no such tensor")
            }
        }
    }

    /// A linear layer's weight, `[rows][columns]`.
    func weight(_ module: LinearModule) throws -> [Double] {
        let name = full("\(module.name).weight")
        guard module.isTransposed else { return try store.doubles(name, shape: [module.rows, module.columns]) }
        return transposed(
            try store.doubles(name, shape: [module.columns, module.rows]), rows: module.columns, columns: module.rows)
    }

    func bias(_ module: LinearModule) throws -> [Double]? {
        module.hasBias ? try store.doubles(full("\(module.name).bias"), shape: [module.rows]) : nil
    }

    /// A norm's `weight` or `bias`.
    func vector(_ name: String, count: Int) throws -> [Float] {
        try store.floats(full(name), shape: [count])
    }

    /// `[vocabulary][width]`.
    func embedding() throws -> [Float] {
        let own = full("\(model.embedding).weight")
        let name = model.tiesEmbedding && !store.has(own) ? "lm_head.weight" : own
        return try store.floats(name, shape: [model.vocabulary, model.trunk.width])
    }

    /// The first `count` rows of the table of positions, `[count][width]`.
    func positions(_ count: Int) throws -> [Float] {
        guard let table = model.positionTable else { return [] }
        let all = try store.floats(full("\(table).weight"), shape: [model.maximumPositions, model.trunk.width])
        return Array(all.prefix(count * model.trunk.width))
    }

    private func full(_ name: String) -> String { fullNames[name] ?? name }
}

/// `[rows][columns]` to `[columns][rows]`.
func transposed(_ values: [Double], rows: Int, columns: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: values.count) { buffer, count in
        for column in 0..<columns {
            for row in 0..<rows { buffer[column * rows + row] = values[row * columns + column] }
        }
        count = rows * columns
    }
}
