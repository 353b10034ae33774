import TacitDiagnostics
import TacitModelFile
import TacitText

/// The families of base models that are understood, by transformers' `model_type`. A family is one file and a case.
enum BaseFamily: String, CaseIterable {
    case gpt2
    case llama
    case qwen2
    case qwen3
    case gptNeoX = "gpt_neox"
    case gemma3 = "gemma3_text"
    case opt
    case mistral
    case gptNeo = "gpt_neo"

    /// Reads `config.json`.
    ///
    /// - Throws: `TacitError` of kind `badData` for whatever changes the result and is not supported.
    static func model(_ config: ConfigObject) throws -> BaseModel {
        let type = try config.string("model_type")
        guard let family = BaseFamily(rawValue: type) else {
            let known = allCases.map(\.rawValue).joined(separator: ", ")
            let remark = type == "gemma3" ? ": it sees pictures; take the text model out of it" : ""
            throw config.fault("model_type", "\(type) is not supported, only \(known)\(remark)")
        }
        // What transformers has made of a GGUF is saved in floats.
        if let quantization = try config.optionalObject("quantization_config"), !quantization.members.isEmpty,
            try quantization.optionalString("quant_method") != "gguf"
        {
            throw config.fault("quantization_config", "quantized bases are not supported")
        }
        // Layers with settings of their own, since transformers 5.
        if let own = config["per_layer_config"], !own.isEmpty {
            throw config.fault("per_layer_config", "layers with settings of their own are not supported")
        }
        var model = try model(of: family, config)
        // What transformers masks by, but for GPT-Neo, whose masks are its own.
        if family != .gptNeo, try config.optionalBool("is_causal") == false {
            model.bidirectional = config.fault(
                "is_causal", "false is not supported, but with an adapter whose attention is full")
        }
        return model
    }

    private static func model(of family: BaseFamily, _ config: ConfigObject) throws -> BaseModel {
        switch family {
        case .gpt2: try gpt2(config)
        case .llama: try llama(config)
        case .qwen2: try qwen2(config)
        case .qwen3: try qwen3(config)
        case .gptNeoX: try gptNeoX(config)
        case .gemma3: try gemma3(config)
        case .opt: try opt(config)
        case .mistral: try mistral(config)
        case .gptNeo: try gptNeo(config)
        }
    }

    /// What a norm adds to a variance; as far as a model file allows.
    static func normEpsilon(_ config: ConfigObject, _ key: String, default value: Double) throws -> Float {
        let epsilon = try config.optionalNumber(key) ?? value
        guard Float(epsilon) > 0, epsilon <= 1 else {
            throw config.fault(key, "expected more than 0 and at most 1, found \(epsilon)")
        }
        return Float(epsilon)
    }

    /// Transformers' names of the activations that the engine has.
    private static let activations: [(names: [String], activation: TrunkDescription.Activation)] = [
        (
            ["gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate"],
            TrunkDescription.Activation.geluTanh
        ),
        (["gelu", "gelu_python"], .gelu), (["silu", "swish"], .silu), (["relu"], .relu),
    ]

    static func activation(
        _ config: ConfigObject, _ key: String, default standard: String
    ) throws -> TrunkDescription.Activation {
        let name = try config.optionalString(key) ?? standard
        guard let known = activations.first(where: { $0.names.contains(name) }) else {
            let list = activations.map { $0.names[0] }.joined(separator: ", ")
            throw config.fault(key, "\(name) is not supported, only \(list)")
        }
        return known.activation
    }

    /// Sizes that every family has, within a model file's limits.
    struct Sizes {
        let width: Int
        let layers: Int
        let heads: Int
        let hidden: Int

        /// Where it is nothing but the width divided among the heads.
        ///
        /// - Parameter key: of the heads.
        func headWidth(_ config: ConfigObject, _ key: String) throws -> Int {
            guard width % heads == 0 else {
                throw config.fault(key, "\(heads) heads do not divide a width of \(width)")
            }
            return width / heads
        }
    }

    /// - Parameter keys: of width, layers, heads and the feed-forward part's width, with their defaults.
    static func sizes(
        _ config: ConfigObject, width: (String, Int), layers: (String, Int), heads: (String, Int),
        hidden: (String, (Int) -> Int)
    ) throws -> Sizes {
        func size(_ key: String, _ standard: Int, _ most: Int) throws -> Int {
            let size = try config.size(key, default: standard)
            guard size <= most else { throw config.fault(key, "at most \(most)") }
            return size
        }
        let columns = try size(width.0, width.1, ModelLimits.width)
        return Sizes(
            width: columns, layers: try size(layers.0, layers.1, ModelLimits.layers),
            heads: try size(heads.0, heads.1, ModelLimits.heads),
            hidden: try size(hidden.0, hidden.1(columns), ModelLimits.width))
    }

    /// Keys that change the result unless they have one value.
    static func refuse(_ config: ConfigObject, _ key: String, unless standard: Bool) throws {
        guard try config.optionalBool(key) ?? standard == standard else {
            throw config.fault(key, "\(!standard) is not supported")
        }
    }
}
