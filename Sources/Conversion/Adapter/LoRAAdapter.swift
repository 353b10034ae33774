import TacitDiagnostics
import TacitModelFile

/// A PEFT LoRA adapter for a base: the factors for its modules, and the biases and norms that come with it.
final class LoRAAdapter {
    /// One module's low-rank change: `scale * up * down` is added to its weight.
    struct Factors {
        let rank: Int
        let scale: Double
        /// PEFT's `lora_A`, `[rank][columns]`.
        let down: [Double]
        /// PEFT's `lora_B`, `[rows][rank]`.
        let up: [Double]
    }

    private static let root = "base_model.model."

    private let model: BaseModel
    private let config: LoRAConfig
    private let store: TensorStore
    /// The family's prefix if the adapter was made over a model with a language head, else nothing.
    private let prefix: String
    private let adapted: Set<String>

    /// - Throws: `TacitError` of kind `badData` for whatever does not fit the base, and for any tensor without a use.
    init(model: BaseModel, folder: SourceFolder) throws {
        self.model = model
        config = try LoRAConfig(
            try folder.settings("adapter_config.json"), defaultTargets: model.defaultTargets)
        store = try TensorStore(folder: folder, file: "adapter_model.safetensors")
        let names = store.names
        prefix = names.contains { $0.hasPrefix(Self.root + model.prefix) } ? model.prefix : ""
        let (config, prefix) = (config, prefix)
        do {
            adapted = Set(
                try model.modules.map(\.name).filter { try config.targets.contains(prefix + $0, isLinear: true) })
        } catch let error as TacitError {
            throw error.inFile(folder.file("adapter_config.json"))
        }
        try checkOtherModules()
        try checkTensors()
    }

    /// Adapted modules.
    var moduleCount: Int { adapted.count }

    /// Bytes of the adapter's tensors.
    var byteCount: Int { store.byteCount }

    /// The adapter's factors for a module; nil if it does not sit on it.
    func factors(_ module: LinearModule) throws -> Factors? {
        guard adapted.contains(module.name) else { return nil }
        let rank = try config.rank(of: prefix + module.name)
        let scale = try config.scale(of: prefix + module.name)
        guard scale.isFinite else { throw config.fault("lora_alpha", "the scale is not finite") }
        return Factors(
            rank: rank, scale: scale,
            down: try store.doubles(name("\(module.name).lora_A.weight"), shape: [rank, module.columns]),
            up: try store.doubles(name("\(module.name).lora_B.weight"), shape: [module.rows, rank]))
    }

    /// A module's bias from the adapter; nil if the base's own stays.
    func bias(_ module: LinearModule) throws -> [Double]? {
        guard let name = biasName(module) else { return nil }
        return try store.doubles(name, shape: [module.rows])
    }

    /// A norm's `weight` or `bias` from the adapter; nil if the base's own stays.
    func normTensor(_ norm: BaseModel.Norm, _ field: String) throws -> [Double]? {
        guard brings(norm, field) else { return nil }
        return try store.doubles(name("\(norm.module).\(field)"), shape: [norm.width ?? model.trunk.width])
    }

    private func name(_ short: String) -> String { Self.root + prefix + short }

    /// Whether norms come with the adapter: whole by `modules_to_save`, or only their bias by `bias: all`.
    private func brings(_ norm: BaseModel.Norm, _ field: String) -> Bool {
        // peft 0.21, `other._set_trainable`: by the end of the name.
        config.savedModules.contains { (prefix + norm.module).hasSuffix($0) }
            || (config.bias == .all && field == "bias")
    }

    private func biasName(_ module: LinearModule) -> String? {
        guard module.hasBias else { return nil }
        let isAdapted = adapted.contains(module.name)
        guard config.bias == .all || (config.bias == .loraOnly && isAdapted) else { return nil }
        // Since peft 0.4 the adapted layer lies within its adapter.
        let inner = name("\(module.name).base_layer.bias")
        return isAdapted && (store.has(inner) || !store.has(name("\(module.name).bias")))
            ? inner : name("\(module.name).bias")
    }

    /// Adapters on anything but the trunk's linear layers.
    private func checkOtherModules() throws {
        guard !adapted.isEmpty else { throw config.fault("target_modules", "no module of the base is meant") }
        var others = [prefix + model.embedding] + (model.positionTable.map { [prefix + $0] } ?? [])
        if !prefix.isEmpty { others.append("lm_head") }
        for module in others where try config.targets.contains(module, isLinear: false) {
            throw config.fault("target_modules", "\(module): LoRA on embeddings or the language head is not supported")
        }
        for saved in config.savedModules {
            for module in others where module.hasSuffix(saved) {
                throw config.fault("modules_to_save", "\(module) is not supported, only norms")
            }
            for module in model.modules where (prefix + module.name).hasSuffix(saved) {
                throw config.fault("modules_to_save", "\(prefix + module.name) is not supported, only norms")
            }
        }
    }

    /// Every tensor of the adapter must have a use.
    private func checkTensors() throws {
        var expected: Set<String> = []
        for module in model.modules {
            if adapted.contains(module.name) {
                expected.insert(name("\(module.name).lora_A.weight"))
                expected.insert(name("\(module.name).lora_B.weight"))
            }
            if let bias = biasName(module) { expected.insert(bias) }
        }
        for norm in model.norms {
            for field in model.trunk.norm == .layer ? ["weight", "bias"] : ["weight"] where brings(norm, field) {
                expected.insert(name("\(norm.module).\(field)"))
            }
            if config.bias == .all, brings(norm, "weight") { try checkCopies(norm) }
        }
        for name in store.unused where !expected.contains(name) {
            throw store.fault(name, "nothing in this base and adapter_config.json uses this tensor")
        }
        for name in expected.sorted() where !store.has(name) { throw store.fault(name, "the tensor is missing") }
    }

    /// With `bias: all`, PEFT stores the bias of a replaced norm three times: as such, once more under the wrapper's
    /// name, and as the base has it.
    private func checkCopies(_ norm: BaseModel.Norm) throws {
        store.skip(name("\(norm.module).original_module.bias"))
        let copy = name("\(norm.module).modules_to_save.bias")
        guard store.has(copy) else { return }
        let width = norm.width ?? model.trunk.width
        guard try store.doubles(copy, shape: [width]) == store.doubles(name("\(norm.module).bias"), shape: [width])
        else {
            throw store.fault(copy, "differs from \(norm.module).bias")
        }
    }
}
