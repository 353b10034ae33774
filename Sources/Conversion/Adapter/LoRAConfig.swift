import Glibc
import TacitDiagnostics
import TacitText

/// What PEFT's `adapter_config.json` has of LoRA alone (peft 0.21, `LoraConfig`).
struct LoRAConfig {
    private let rank: Int
    private let alpha: Double
    private let isRankStabilized: Bool
    private let rankPatterns: [(ModulePattern, Int)]
    private let alphaPatterns: [(ModulePattern, Double)]
    /// Whether rows have a length of their own.
    let usesMagnitudes: Bool
    /// Whether the adapter has a bias of its own.
    let hasBias: Bool

    init(_ settings: ConfigObject) throws {
        rank = try settings.size("r", default: 8)
        alpha = try settings.optionalNumber("lora_alpha") ?? 8
        isRankStabilized = try settings.optionalBool("use_rslora") ?? false
        usesMagnitudes = try settings.optionalBool("use_dora") ?? false
        hasBias = try settings.optionalBool("lora_bias") ?? false
        guard !(hasBias && usesMagnitudes) else {
            throw settings.fault("lora_bias", "true is not supported with use_dora, by PEFT neither")
        }
        rankPatterns = try Self.patterns(settings, "rank_pattern") { try $0.size($1) }
        alphaPatterns = try Self.patterns(settings, "alpha_pattern") { try $0.number($1) }
        try Self.refuseInitialisations(settings)
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

    /// peft 0.21, `other.get_pattern_key`: the first pattern counts that matches an end of the name.
    private static func patterns<Value>(
        _ settings: ConfigObject, _ key: String, _ value: (ConfigObject, String) throws -> Value
    ) throws -> [(ModulePattern, Value)] {
        guard let object = try settings.optionalObject(key) else { return [] }
        return try object.members.map { member in
            let pattern = try TargetSelection.pattern("(.*\\.)?(\(member.key))$", settings, key)
            return (pattern, try value(object, member.key))
        }
    }

    /// Keys that do not matter once an adapter is trained.
    static let harmless: Set<String> = [
        "auto_mapping", "base_model_name_or_path", "eva_config", "inference_mode", "lora_dropout", "megatron_core",
        "peft_version", "qalora_group_size", "revision", "runtime_config", "task_type",
    ]
    static let understood: Set<String> = [
        "alpha_pattern", "bias", "exclude_modules", "fan_in_fan_out", "init_lora_weights", "layers_pattern",
        "layers_to_transform", "lora_alpha", "lora_bias", "modules_to_save", "peft_type", "r", "rank_pattern",
        "target_modules", "use_dora", "use_rslora",
    ]
    /// What users call the features behind the keys that are refused unless they are off.
    static let features: [String: String] = [
        "alora_invocation_tokens": "aLoRA", "arrow_config": "Arrow", "corda_config": "CorDA", "kasa_config": "KaSA",
        "layer_replication": "layer replication", "loftq_config": "LoftQ",
        "lora_ga_config": "LoRA-GA", "megatron_config": "Megatron", "monteclora_config": "MonteCLoRA",
        "target_parameters": "LoRA on bare parameters", "trainable_token_indices": "trainable tokens",
        "use_bdlora": "BD-LoRA", "use_qalora": "QALoRA", "velora_config": "VeLoRA",
        "ensure_weight_tying": "tied adapters",
    ]

    /// Other initialisations (PiSSA, OLoRA, LoftQ and their kin) take something away from the base's weights, which the
    /// adapter then relies on; PEFT can save an adapter that does not.
    private static func refuseInitialisations(_ settings: ConfigObject) throws {
        switch settings["init_lora_weights"] {
        case nil, .bool: break
        case .string(let name) where ["gaussian", "orthogonal", "eva"].contains(name.lowercased()): break
        case .some(let value):
            throw settings.fault(
                "init_lora_weights",
                "\(value.text) changes the base's weights, which is not supported: save the adapter with "
                    + "path_initial_model_for_weight_conversion")
        }
    }
}
