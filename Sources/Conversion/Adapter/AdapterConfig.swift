import TacitDiagnostics
import TacitText

/// PEFT's `adapter_config.json` (peft 0.21), as far as it decides about a fused model. What would change the result and is
/// not supported is refused by name.
struct AdapterConfig {
    /// How an adapter changes the layers it sits on.
    enum Method {
        case lora(LoRAConfig)
        case ia3(IA3Config)
    }

    /// Which biases of the base the adapter brings anew.
    enum Bias: String, CaseIterable {
        case none
        case all
        /// Those of the adapted modules.
        case loraOnly = "lora_only"
    }

    let method: Method
    let targets: TargetSelection
    let bias: Bias
    /// Ends of the names of modules that the adapter replaces.
    let savedModules: [String]
    /// What the adapter says it was made over, a name on the hub or a path; nil if it does not say.
    let baseName: String?
    private let settings: ConfigObject

    init(_ settings: ConfigObject, model: BaseModel) throws {
        self.settings = settings
        let type = try settings.string("peft_type")
        let defaultTargets: [String]
        switch type {
        case "LORA":
            try Self.refuseOthers(settings, LoRAConfig.harmless.union(LoRAConfig.understood), LoRAConfig.features)
            method = .lora(try LoRAConfig(settings))
            defaultTargets = model.defaultTargets
        case "IA3":
            try Self.refuseOthers(settings, IA3Config.harmless.union(IA3Config.understood), [:])
            method = .ia3(try IA3Config(settings, defaultFeedForward: model.scaledFeedForward))
            defaultTargets = model.scaledTargets
        default: throw settings.fault("peft_type", "\(type) is not supported, only LORA, IA3")
        }
        bias = try settings.optionalChoice("bias", Bias.self) ?? .none
        savedModules = try settings.optionalStrings("modules_to_save") ?? []
        targets = try TargetSelection(settings, defaultTargets: defaultTargets)
        // Says how the base stores its weights; PEFT itself goes by the module, and so does the converter.
        _ = try settings.optionalBool("fan_in_fan_out")
        baseName = try settings.optionalString("base_model_name_or_path").flatMap { $0.isEmpty ? nil : $0 }
    }

    func fault(_ key: String, _ reason: String) -> TacitError { settings.fault(key, reason) }

    /// - Parameter features: what users call what stands behind a key.
    private static func refuseOthers(
        _ settings: ConfigObject, _ known: Set<String>, _ features: [String: String]
    ) throws {
        for member in settings.members where !known.contains(member.key) && !member.value.isEmpty {
            throw settings.fault(member.key, "\(features[member.key] ?? member.key) is not supported")
        }
    }
}
