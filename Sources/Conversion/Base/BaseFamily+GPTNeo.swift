import TacitDiagnostics
import TacitModelFile
import TacitText

extension BaseFamily {
    /// GPT-Neo (Black et al. 2021; transformers `GPTNeoConfig`): GPT-2 with products of queries and keys as they are, and
    /// local layers among the others.
    static func gptNeo(_ config: ConfigObject) throws -> BaseModel {
        let config = try config.renaming(["num_attention_heads": "num_heads", "num_hidden_layers": "num_layers"])
        let activation = try activation(config, "activation_function", default: "gelu_new")
        let sizes = try sizes(
            config, width: ("hidden_size", 2048), layers: ("num_layers", 24), heads: ("num_heads", 16),
            hidden: ("intermediate_size", { 4 * $0 }))
        let window = try config.size("window_size", default: 256)
        let locals = try locals(config, layers: sizes.layers)
        let trunk = TrunkDescription(
            family: .gptNeo, width: sizes.width, layers: sizes.layers, heads: sizes.heads, keyValueHeads: sizes.heads,
            headWidth: try sizes.headWidth(config, "num_heads"), feedForwardWidth: sizes.hidden, isGated: false,
            norm: .layer,
            normEpsilon: try normEpsilon(config, "layer_norm_epsilon", default: 1e-5), activation: activation,
            positions: .table, rotaryWidth: 0, attentionScale: 1,
            localWindows: locals.contains(true) ? locals.map { $0 ? window : 0 } : [])
        let plain = PlainBlock(
            queryKeyValue: ["q", "k", "v"].map { "attn.attention.\($0)_proj" },
            attentionOutput: "attn.attention.out_proj", feedForwardInput: "mlp.c_fc", feedForwardOutput: "mlp.c_proj",
            attentionNorm: "ln_1", feedForwardNorm: "ln_2", queryKeyValueHasBias: false)
        let blocks = (0..<sizes.layers).map { plain.block($0, prefix: "h.\($0)", sizes) }
        var model = BaseModel(
            trunk: trunk, vocabulary: try config.size("vocab_size", default: 50257),
            maximumPositions: try config.size("max_position_embeddings", default: 2048), prefix: "transformer.",
            embedding: "wte", tiesEmbedding: try config.optionalBool("tie_word_embeddings") ?? true, blocks: blocks,
            finalNorm: .init(name: TensorName.finalNorm, module: "ln_f"))
        model.positionTable = "wpe"
        model.scaledTargets = ["q_proj", "v_proj", "c_proj"]
        model.scaledFeedForward = ["c_proj"]
        return model
    }

    /// Which layers are local: what `attention_layers` says of each; without it `attention_types`, a list of patterns and how
    /// often each comes, as in `[[["global", "local"], 12]]`. transformers writes both, and goes by the former.
    private static func locals(_ config: ConfigObject, layers: Int) throws -> [Bool] {
        let key = "attention_layers"
        if let names = try config.optionalStrings(key) {
            guard names.count == layers, names.allSatisfy({ $0 == "global" || $0 == "local" }) else {
                throw config.fault(key, "expected global or local for each of \(layers) layers")
            }
            return names.map { $0 == "local" }
        }
        return try locals(patterns: config, layers: layers)
    }

    private static func locals(patterns config: ConfigObject, layers: Int) throws -> [Bool] {
        let key = "attention_types"
        let fault = config.fault(key, "expected patterns of global and local for \(layers) layers")
        guard let value = config[key] else { return (0..<layers).map { $0 % 2 == 1 } }
        guard case .array(let entries) = value else { throw fault }
        var names: [JSONValue] = []
        for entry in entries {
            guard case .array(let pair) = entry, pair.count == 2, case .array(let pattern) = pair[0],
                let times = ConfigObject.integer(pair[1]), times >= 0, times <= layers, !pattern.isEmpty
            else { throw fault }
            for _ in 0..<times where names.count < layers + pattern.count { names += pattern }
        }
        guard names.count == layers else { throw fault }
        return try names.map { name in
            switch name {
            case .string("global"): false
            case .string("local"): true
            default: throw fault
            }
        }
    }
}
