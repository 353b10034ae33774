import TacitDiagnostics
import TacitModelFile

extension BaseFamily {
    /// GPT-2 (Radford et al. 2019; transformers `GPT2Config`): LayerNorm before each part, GELU by tanh, a table of
    /// positions, one matrix for queries, keys and values, weights stored transposed.
    static func gpt2(_ config: ConfigObject) throws -> BaseModel {
        let config = try config.renaming([
            "hidden_size": "n_embd", "max_position_embeddings": "n_positions", "num_attention_heads": "n_head",
            "num_hidden_layers": "n_layer",
        ])
        let activation = try activation(config, "activation_function", default: "gelu_new")
        for key in ["scale_attn_by_inverse_layer_idx", "add_cross_attention"] {
            try refuse(config, key, unless: false)
        }
        let sizes = try sizes(
            config, width: ("n_embd", 768), layers: ("n_layer", 12), heads: ("n_head", 12),
            hidden: ("n_inner", { 4 * $0 }))
        let headWidth = try sizes.headWidth(config, "n_head")
        let scales = try config.optionalBool("scale_attn_weights") ?? true
        let trunk = TrunkDescription(
            family: .gpt2, width: sizes.width, layers: sizes.layers, heads: sizes.heads, keyValueHeads: sizes.heads,
            headWidth: headWidth, feedForwardWidth: sizes.hidden, isGated: false, norm: .layer,
            normEpsilon: try normEpsilon(config, "layer_norm_epsilon", default: 1e-5), activation: activation,
            positions: .table, rotaryWidth: 0, attentionScale: scales ? nil : 1)

        let plain = PlainBlock(
            queryKeyValue: ["attn.c_attn"], attentionOutput: "attn.c_proj", feedForwardInput: "mlp.c_fc",
            feedForwardOutput: "mlp.c_proj", attentionNorm: "ln_1", feedForwardNorm: "ln_2", isTransposed: true)
        let blocks = (0..<sizes.layers).map { plain.block($0, prefix: "h.\($0)", sizes) }
        var model = BaseModel(
            trunk: trunk, vocabulary: try config.size("vocab_size", default: 50257),
            maximumPositions: try config.size("n_positions", default: 1024), prefix: "transformer.", embedding: "wte",
            tiesEmbedding: try config.optionalBool("tie_word_embeddings") ?? true, blocks: blocks,
            finalNorm: .init(name: TensorName.finalNorm, module: "ln_f"))
        model.positionTable = "wpe"
        model.defaultTargets = ["c_attn"]
        model.scaledTargets = ["c_attn", "mlp.c_proj"]
        model.scaledFeedForward = ["mlp.c_proj"]
        return model
    }
}
