import TacitDiagnostics
import TacitText

/// Which modules an adapter sits on. Follows peft 0.21, `tuners_utils.check_target_module_exists`, to the letter.
struct TargetSelection {
    /// What the configuration gives for a choice of modules.
    enum Names {
        /// Names of modules, or their ends.
        case list([String])
        /// One expression for the whole name.
        case pattern(ModulePattern)
        /// Every linear layer but the language head.
        case allLinear
    }

    private let targets: Names
    private let excluded: Names?
    private let savedPatterns: [ModulePattern]
    private let layers: [Int]?
    private let layerPatterns: [ModulePattern]

    init(_ config: ConfigObject, defaultTargets: [String]) throws {
        targets = try Self.names(config, "target_modules") ?? .list(defaultTargets)
        excluded = try Self.names(config, "exclude_modules")
        if case .allLinear = excluded { throw config.fault("exclude_modules", "all-linear is not supported here") }
        savedPatterns = try (config.optionalStrings("modules_to_save") ?? []).map { name in
            try Self.pattern("(^|.*\\.)\(name)($|\\..*)", config, "modules_to_save")
        }
        layers = try Self.layers(config)
        // As PEFT itself insists.
        if layers != nil, case .string = config["target_modules"] {
            throw config.fault("layers_to_transform", "needs target_modules to be a list")
        }
        let names: [String]
        if case .string(let name) = config["layers_pattern"] {
            names = name.isEmpty ? [] : [name]
        } else {
            names = try config.optionalStrings("layers_pattern") ?? []
        }
        guard names.isEmpty || layers != nil else {
            throw config.fault("layers_pattern", "needs layers_to_transform")
        }
        layerPatterns = try (names.isEmpty ? [".*?\\.[^.]*"] : names.map { "(?:^|.*?\\.)\($0)" }).map {
            try Self.pattern("\($0)\\.(?P<idx>\\d+)\\.", config, "layers_pattern")
        }
    }

    /// Whether the adapter sits on a module.
    ///
    /// - Parameter name: as the adapted model names it, with prefix if it has a language head.
    /// - Parameter isLinear: whether `all-linear` takes it.
    /// - Throws: `TacitError` of kind `badData` if a pattern takes too long.
    func contains(_ name: String, isLinear: Bool) throws -> Bool {
        switch excluded {
        case .list(let names) where names.contains(where: { name == $0 || name.hasSuffix(".\($0)") }): return false
        case .pattern(let pattern): if try pattern.matchesAll(of: name) { return false }
        default: break
        }
        if try savedPatterns.contains(where: { try $0.match(startOf: name).found }) { return false }
        switch targets {
        // PEFT writes them out as whole names, for which the choice of layers does not count.
        case .allLinear: return isLinear
        case .pattern(let pattern): return try pattern.matchesAll(of: name)
        case .list(let names):
            if names.contains(name) { return true }
            return try names.contains { name.hasSuffix(".\($0)") } && isInLayers(name)
        }
    }

    private func isInLayers(_ name: String) throws -> Bool {
        guard let layers, !layers.isEmpty else { return true }
        for pattern in layerPatterns {
            let (found, index) = try pattern.match(startOf: name)
            if found { return index.flatMap { Int($0) }.map(layers.contains) ?? false }
        }
        return false
    }

    private static func names(_ config: ConfigObject, _ key: String) throws -> Names? {
        guard case .string(let text) = config[key] else {
            guard let names = try config.optionalStrings(key) else { return nil }
            return key == "exclude_modules" && names.isEmpty ? nil : .list(names)
        }
        if key == "exclude_modules", text.isEmpty { return nil }
        return text.lowercased() == "all-linear" ? .allLinear : .pattern(try pattern(text, config, key))
    }

    private static func layers(_ config: ConfigObject) throws -> [Int]? {
        let key = "layers_to_transform"
        if case .number = config[key] { return [try config.integer(key)] }
        return try config.optionalIntegers(key)
    }

    static func pattern(_ text: String, _ config: ConfigObject, _ key: String) throws -> ModulePattern {
        do {
            return try ModulePattern(text)
        } catch let error as TacitError {
            throw config.fault(key, error.reason)
        }
    }
}
