import TacitDiagnostics

/// The families of base models that are understood.
enum BaseFamily: String, CaseIterable {
    case gpt2
    case llama

    /// Reads `config.json`.
    ///
    /// - Throws: `TacitError` of kind `badData` for whatever changes the result and is not supported.
    static func model(_ config: Settings) throws -> BaseModel {
        let type = try config.string("model_type")
        guard let family = BaseFamily(rawValue: type) else {
            let known = allCases.map(\.rawValue).joined(separator: ", ")
            throw config.fault("model_type", "\(type) is not supported, only \(known)")
        }
        if let quantization = config["quantization_config"], !quantization.isEmpty {
            throw config.fault("quantization_config", "quantized bases are not supported")
        }
        return switch family {
        case .gpt2: try gpt2(config)
        case .llama: try llama(config)
        }
    }

    /// What a norm adds to a variance; as far as a model file allows.
    static func normEpsilon(_ config: Settings, _ key: String, default value: Double) throws -> Float {
        let epsilon = try config.optionalNumber(key) ?? value
        guard Float(epsilon) > 0, epsilon <= 1 else {
            throw config.fault(key, "expected more than 0 and at most 1, found \(epsilon)")
        }
        return Float(epsilon)
    }
}
