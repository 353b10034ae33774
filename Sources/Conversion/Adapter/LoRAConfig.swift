import Glibc
import TacitDiagnostics

/// PEFT's `adapter_config.json` (peft 0.21, `LoraConfig`), as far as it decides about a fused model. What would change
/// the result and is not supported is refused by name.
struct LoRAConfig {
    /// Which biases of the base the adapter brings anew.
    enum Bias: String, CaseIterable {
        case none
        case all
        /// Those of the adapted modules.
        case loraOnly = "lora_only"
    }

    let targets: TargetSelection
    let bias: Bias
    /// Ends of the names of modules that the adapter replaces.
    let savedModules: [String]
    private let settings: Settings
    private let rank: Int
    private let alpha: Double
    private let isRankStabilized: Bool
    private let rankPatterns: [(ModulePattern, Int)]
    private let alphaPatterns: [(ModulePattern, Double)]

    init(_ settings: Settings, defaultTargets: [String]) throws {
        self.settings = settings
        let type = try settings.string("peft_type")
        guard type == "LORA" else { throw settings.fault("peft_type", "\(type) is not supported, only LORA") }
        try Self.refuseUnsupported(settings)
        rank = try settings.size("r", default: 8)
        alpha = try settings.optionalNumber("lora_alpha") ?? 8
        isRankStabilized = try settings.optionalBool("use_rslora") ?? false
        bias = try settings.optionalChoice("bias", Bias.self) ?? .none
        savedModules = try settings.optionalStrings("modules_to_save") ?? []
        targets = try TargetSelection(settings, defaultTargets: defaultTargets)
        // Says how the base stores its weights; PEFT itself goes by the module, and so does the converter.
        _ = try settings.optionalBool("fan_in_fan_out")
        rankPatterns = try Self.patterns(settings, "rank_pattern") { try $0.size($1) }
        alphaPatterns = try Self.patterns(settings, "alpha_pattern") { try $0.number($1) }
    }

    /// Rank of a module's adapter; `name` as the adapted model has it.
    func rank(of name: String) throws -> Int {
        try rankPatterns.first { try $0.0.match(startOf: name).found }?.1 ?? rank
    }

    /// What the product of a module's two factors is multiplied with (Hu et al. 2021, section 4.1; with `use_rslora`
    /// Kalajdzievski 2023, section 3).
    func scale(of name: String) throws -> Double {
        let alpha = try alphaPatterns.first { try $0.0.match(startOf: name).found }?.1 ?? alpha
        let rank = Double(try rank(of: name))
        return alpha / (isRankStabilized ? rank.squareRoot() : rank)
    }

    func fault(_ key: String, _ reason: String) -> TacitError { settings.fault(key, reason) }

    /// peft 0.21, `other.get_pattern_key`: the first pattern counts that matches an end of the name.
    private static func patterns<Value>(
        _ settings: Settings, _ key: String, _ value: (Settings, String) throws -> Value
    ) throws -> [(ModulePattern, Value)] {
        guard let object = try settings.optionalObject(key) else { return [] }
        return try object.members.map { member in
            let pattern = try TargetSelection.pattern("(.*\\.)?(\(member.key))$", settings, key)
            return (pattern, try value(object, member.key))
        }
    }

    /// Keys that do not matter once an adapter is trained.
    private static let harmless: Set<String> = [
        "auto_mapping", "base_model_name_or_path", "eva_config", "inference_mode", "lora_dropout", "megatron_core",
        "peft_version", "qalora_group_size", "revision", "runtime_config", "task_type",
    ]
    private static let understood: Set<String> = [
        "alpha_pattern", "bias", "exclude_modules", "fan_in_fan_out", "init_lora_weights", "layers_pattern",
        "layers_to_transform", "lora_alpha", "modules_to_save", "peft_type", "r", "rank_pattern", "target_modules",
        "use_rslora",
    ]
    /// What users call the features behind the keys that are refused unless they are off.
    private static let features: [String: String] = [
        "alora_invocation_tokens": "aLoRA", "arrow_config": "Arrow", "corda_config": "CorDA", "kasa_config": "KaSA",
        "layer_replication": "layer replication", "loftq_config": "LoftQ", "lora_bias": "a bias of the adapter itself",
        "lora_ga_config": "LoRA-GA", "megatron_config": "Megatron", "monteclora_config": "MonteCLoRA",
        "target_parameters": "LoRA on bare parameters", "trainable_token_indices": "trainable tokens",
        "use_bdlora": "BD-LoRA", "use_dora": "DoRA", "use_qalora": "QALoRA", "velora_config": "VeLoRA",
        "ensure_weight_tying": "tied adapters",
    ]

    private static func refuseUnsupported(_ settings: Settings) throws {
        for member in settings.members where !harmless.contains(member.key) && !understood.contains(member.key) {
            guard member.value.isEmpty else {
                throw settings.fault(member.key, "\(features[member.key] ?? member.key) is not supported")
            }
        }
        // Other initialisations take something away from the base's weights, which the adapter then relies on.
        switch settings["init_lora_weights"] {
        case nil, .bool: break
        case .string(let name) where ["gaussian", "orthogonal", "eva"].contains(name.lowercased()): break
        case .some(let value):
            throw settings.fault(
                "init_lora_weights", "\(value.text) changes the base's weights, which is not supported")
        }
    }
}
