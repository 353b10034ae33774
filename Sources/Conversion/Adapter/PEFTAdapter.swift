import TacitDiagnostics
import TacitModelFile

/// A PEFT adapter for a base: what it does to its modules, and the biases and norms that come with it.
final class PEFTAdapter {
    private static let root = "base_model.model."

    private let model: BaseModel
    private let config: AdapterConfig
    private let store: TensorStore
    /// What the trunk's names begin with if the adapter was made over a model with a head, else nothing.
    private let prefix: String
    private let adapted: Set<String>

    /// - Throws: `TacitError` of kind `badData` for whatever does not fit the base, and for any tensor without a use.
    init(model: BaseModel, folder: SourceFolder) throws {
        self.model = model
        try folder.refuseNamedAdapters()
        config = try AdapterConfig(try folder.settings("adapter_config.json"), model: model)
        try folder.refuseOtherForms(of: "adapter_model.safetensors")
        store = try TensorStore(folder: folder, file: "adapter_model.safetensors")
        try store.rename { name in
            let bare = BaseCheckpoint.withoutWrappers(name)
            guard bare.hasPrefix(Self.root) else { return bare }
            return Self.root + BaseCheckpoint.withoutWrappers(String(bare.dropFirst(Self.root.count)))
        }
        let names = store.names
        prefix =
            BaseCheckpoint.prefixes(of: model).first { prefix in
                names.contains { $0.hasPrefix(Self.root + prefix) }
            } ?? ""
        let (config, prefix) = (config, prefix)
        do {
            adapted = Set(
                try (model.modules + model.droppedModules).map(\.name).filter {
                    try config.targets.contains(prefix + $0, isLinear: true)
                })
        } catch let error as TacitError {
            throw error.inFile(folder.file("adapter_config.json"))
        }
        try checkOtherModules()
        try checkTensors()
    }

    /// Adapted modules.
    var moduleCount: Int { model.modules.filter { adapted.contains($0.name) }.count }

    /// The file of its tensors, for errors.
    var path: String { store.path }

    /// Bytes of the adapter's tensors.
    var byteCount: Int { store.byteCount }

    /// What the adapter says it was made over.
    var baseName: String? { config.baseName }

    /// What the adapter does to a module; nil if it does not sit on it.
    func change(_ module: LinearModule) throws -> ModuleChange? {
        guard adapted.contains(module.name) else { return nil }
        switch config.method {
        case .lora(let lora): return ModuleChange(lowRank: try lowRank(module, lora))
        case .ia3(let ia3):
            let name = name("\(module.name).ia3_l")
            return try ia3.isFeedForward(prefix + module.name)
                ? ModuleChange(inputScale: store.doubles(name, shape: [1, module.columns]))
                : ModuleChange(outputScale: store.doubles(name, shape: [module.rows, 1]))
        }
    }

    private func lowRank(_ module: LinearModule, _ lora: LoRAConfig) throws -> ModuleChange.LowRank {
        let rank = try lora.rank(of: prefix + module.name)
        let scale = try lora.scale(of: prefix + module.name)
        guard scale.isFinite else { throw config.fault("lora_alpha", "the scale is not finite") }
        var lowRank = ModuleChange.LowRank(
            rank: rank, scale: scale,
            down: try store.doubles(name("\(module.name).lora_A.weight"), shape: [rank, module.columns]),
            up: try store.doubles(name("\(module.name).lora_B.weight"), shape: [module.rows, rank]))
        if lora.hasBias { lowRank.bias = try store.doubles(name("\(module.name).lora_B.bias"), shape: [module.rows]) }
        if lora.usesMagnitudes { lowRank.magnitude = try store.doubles(magnitudeName(module), shape: [module.rows]) }
        return lowRank
    }

    /// Older versions of peft save it as a parameter, newer ones as a layer's weight.
    private func magnitudeName(_ module: LinearModule) -> String {
        let bare = name("\(module.name).lora_magnitude_vector")
        return store.has("\(bare).weight") ? "\(bare).weight" : bare
    }

    /// The tensors of an adapted module.
    private func tensorNames(_ module: LinearModule) -> [String] {
        switch config.method {
        case .ia3: return [name("\(module.name).ia3_l")]
        case .lora(let lora):
            return [name("\(module.name).lora_A.weight"), name("\(module.name).lora_B.weight")]
                + (lora.hasBias ? [name("\(module.name).lora_B.bias")] : [])
                + (lora.usesMagnitudes ? [magnitudeName(module)] : [])
        }
    }

    /// Whether an adapted module has a bias that the base does not give it.
    func bringsBias(_ module: LinearModule) -> Bool {
        if case .lora(let lora) = config.method { return lora.hasBias && adapted.contains(module.name) }
        return false
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
        if !prefix.isEmpty { others.append(model.languageHead) }
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
            if adapted.contains(module.name) { expected.formUnion(tensorNames(module)) }
            if let bias = biasName(module) { expected.insert(bias) }
        }
        for module in model.droppedModules {
            if adapted.contains(module.name) { for name in tensorNames(module) { store.skip(name) } }
            if let bias = biasName(module) { store.skip(bias) }
        }
        for norm in model.droppedNorms {
            for field in ["weight", "bias"] where brings(norm, field) { store.skip(name("\(norm.module).\(field)")) }
            if let copies = copies(of: norm) { for name in [copies.wrapped, copies.original] { store.skip(name) } }
        }
        skipOtherHeads()
        for norm in model.norms {
            for field in model.trunk.norm == .layer ? ["weight", "bias"] : ["weight"] where brings(norm, field) {
                expected.insert(name("\(norm.module).\(field)"))
            }
            try checkCopies(norm)
        }
        for name in store.unused where !expected.contains(name) {
            throw store.fault(name, "nothing in this base and adapter_config.json uses this tensor")
        }
        for name in expected.sorted() where !store.has(name) { throw store.fault(name, "the tensor is missing") }
    }

    /// Nothing of a head is read. One that is saved, or that lies in what is, has more names with `bias: all`, those
    /// within PEFT's wrapper; of any other the bias alone comes along.
    private func skipOtherHeads() {
        for head in BaseCheckpoint.otherHeads {
            let whole = head.prefix { $0 != "." }
            let isSaved = config.savedModules.contains { head.hasSuffix($0) || whole.hasSuffix($0) }
            for name in store.names where name.hasPrefix("\(Self.root)\(whole).") {
                if isSaved || (config.bias == .all && name.hasSuffix(".bias")) { store.skip(name) }
            }
        }
    }

    /// With `bias: all`, PEFT stores the bias of a replaced norm three times: as such, once more under the wrapper's
    /// name, and as the base has it. The latter two's names, where there are such.
    private func copies(of norm: BaseModel.Norm) -> (wrapped: String, original: String)? {
        guard config.bias == .all, brings(norm, "weight") else { return nil }
        return (name("\(norm.module).modules_to_save.bias"), name("\(norm.module).original_module.bias"))
    }

    /// The copy within the wrapper must be one.
    private func checkCopies(_ norm: BaseModel.Norm) throws {
        guard let copies = copies(of: norm) else { return }
        store.skip(copies.original)
        guard store.has(copies.wrapped) else { return }
        let width = norm.width ?? model.trunk.width
        guard
            try store.doubles(copies.wrapped, shape: [width])
                == store.doubles(name("\(norm.module).bias"), shape: [width])
        else {
            throw store.fault(copies.wrapped, "differs from \(norm.module).bias")
        }
    }
}
