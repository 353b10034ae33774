import TacitDiagnostics
import TacitText

/// PEFT's `adapter_config.json` of an IA3 adapter (peft 0.21, `IA3Config`; Liu et al. 2022, section 3.3).
struct IA3Config {
    private enum FeedForward {
        /// Ends of the names of modules.
        case list([String])
        /// One expression for the whole name.
        case pattern(ModulePattern)
    }

    private let feedForward: FeedForward

    /// Keys that do not matter once an adapter is trained.
    static let harmless: Set<String> = [
        "auto_mapping", "base_model_name_or_path", "inference_mode", "init_ia3_weights", "peft_version", "revision",
        "task_type",
    ]
    static let understood: Set<String> = [
        "exclude_modules", "fan_in_fan_out", "feedforward_modules", "modules_to_save", "peft_type", "target_modules",
    ]

    /// - Parameter defaultFeedForward: what counts as feed-forward where nothing is said.
    init(_ settings: ConfigObject, defaultFeedForward: [String]) throws {
        let key = "feedforward_modules"
        if case .string(let text) = settings[key] {
            feedForward = .pattern(try TargetSelection.pattern(text, settings, key))
        } else {
            feedForward = .list(try settings.optionalStrings(key) ?? defaultFeedForward)
        }
    }

    /// Whether a module's vector multiplies what it reads, not what it gives.
    func isFeedForward(_ name: String) throws -> Bool {
        switch feedForward {
        case .list(let names): names.contains { name.hasSuffix($0) }
        case .pattern(let pattern): try pattern.matchesAll(of: name)
        }
    }
}
