import TacitDiagnostics
import TacitModelFile

/// A base model's weights, by module name without the family's prefix.
final class BaseCheckpoint {
    let model: BaseModel
    private let store: TensorStore
    /// Full names by name without prefix.
    private var fullNames: [String: String] = [:]

    init(model: BaseModel, store: TensorStore) throws {
        self.model = model
        self.store = store
        for name in store.names {
            let bare = Self.withoutWrappers(name)
            let prefix = Self.prefixes(of: model).first { bare.hasPrefix($0) } ?? ""
            let short = String(bare.dropFirst(prefix.count))
            if let other = fullNames[short] { throw store.fault(name, "the tensor is there twice, also as \(other)") }
            fullNames[short] = name
        }
        try refuseStrangers()
        // By name alone, before an adapter is read, which would be blamed for what the base lacks.
        for name in names(model.norms, model.modules) where fullNames[name] == nil {
            throw store.fault(name, "the tensor is missing")
        }
    }

    /// The file of its tensors, or their index, for errors.
    var path: String { store.path }

    /// Bytes of the checkpoint's tensors.
    var byteCount: Int { store.byteCount }

    /// What PyTorch's wrappers put before every name (`torch.compile`, `DataParallel`).
    static func withoutWrappers(_ name: String) -> String {
        var name = name[...]
        while let wrapper = ["_orig_mod.", "module."].first(where: { name.hasPrefix($0) }) {
            name = name.dropFirst(wrapper.count)
        }
        return String(name)
    }

    /// What transformers' classes put before a trunk's names: first the family's own, but a Llama that answers
    /// questions is a `transformer.` there.
    static func prefixes(of model: BaseModel) -> [String] { [model.prefix, "transformer.", "model.", "gpt_neox."] }

    /// Buffers that versions of transformers have saved with a block or beside the blocks, and that change nothing:
    /// masks and rotary frequencies.
    private static let leftoverSuffixes = [
        "attn.bias", "attn.masked_bias", "attention.bias", "attention.masked_bias", "rotary_emb.inv_freq",
    ]
    /// Heads of classifiers, which nothing here reads.
    static let otherHeads = [
        "score", "classifier", "qa_outputs", "multiple_choice_head.summary", "v_head.summary",
    ]

    /// Everything in a checkpoint is either known or refused.
    private func refuseStrangers() throws {
        var known: Set<String> = ["\(model.embedding).weight"]
        for head in ["lm_head", model.languageHead] + Self.otherHeads {
            known.formUnion(["\(head).weight", "\(head).bias"])
        }
        if let table = model.positionTable { known.insert("\(table).weight") }
        known.formUnion(names(model.norms + model.droppedNorms, model.modules + model.droppedModules))
        for (short, full) in fullNames.sorted(by: { $0.key < $1.key }) where !known.contains(short) {
            guard Self.leftoverSuffixes.contains(where: { short == $0 || short.hasSuffix(".\($0)") }) else {
                throw store.fault(full, "this \(model.trunk.family.rawValue) model has no such tensor")
            }
        }
    }

    /// Of all that norms and linear layers have, without prefix.
    private func names(_ norms: [BaseModel.Norm], _ modules: [LinearModule]) -> [String] {
        let fields = model.trunk.norm == .layer ? ["weight", "bias"] : ["weight"]
        var names = norms.flatMap { norm in fields.map { "\(norm.module).\($0)" } }
        for module in modules {
            names.append("\(module.name).weight")
            if module.hasBias { names.append("\(module.name).bias") }
        }
        return names
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
    func vector(_ name: String, count: Int) throws -> [Double] {
        try store.doubles(full(name), shape: [count])
    }

    /// `[vocabulary][width]`, as tokens are read.
    func embedding() throws -> [Float] {
        let own = full("\(model.embedding).weight")
        let head = full("\(model.languageHead).weight")
        let name = model.tiesEmbedding && !store.has(own) && store.has(head) ? head : own
        let rows = try store.floats(name, shape: [model.vocabulary, model.trunk.width])
        guard model.embeddingScale != 1 else { return rows }
        let scaled = rows.map { $0 * model.embeddingScale }
        guard scaled.allSatisfy({ $0.isFinite }) else {
            throw store.fault(name, "times \(model.embeddingScale) holds a number that is not finite")
        }
        return scaled
    }

    /// The first `count` rows of the table of positions, `[count][width]`.
    func positions(_ count: Int) throws -> [Float] {
        guard let table = model.positionTable else { return [] }
        let (width, first) = (model.trunk.width, model.positionOffset)
        let all = try store.floats(full("\(table).weight"), shape: [first + model.maximumPositions, width])
        return Array(all[first * width..<(first + count) * width])
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
