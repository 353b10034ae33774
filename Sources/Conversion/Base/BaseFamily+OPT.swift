import TacitDiagnostics
import TacitModelFile

extension BaseFamily {
    /// OPT (Zhang et al. 2022; transformers `OPTConfig`): LayerNorm before each part, ReLU, a table of positions whose
    /// first two rows stand for no position.
    static func opt(_ config: ConfigObject) throws -> BaseModel {
        let activation = try activation(config, "activation_function", default: "relu")
        try refuse(config, "do_layer_norm_before", unless: true)
        try refuse(config, "_remove_final_layer_norm", unless: false)
        try refuse(config, "layer_norm_elementwise_affine", unless: true)
        let sizes = try sizes(
            config, width: ("hidden_size", 768), layers: ("num_hidden_layers", 12),
            heads: ("num_attention_heads", 12), hidden: ("ffn_dim", { _ in 3072 }))
        let width = sizes.width
        let headWidth = try sizes.headWidth(config, "num_attention_heads")
        // A missing key is 768, null the width.
        let embedded = try config.size(
            "word_embed_proj_dim", default: config.has("word_embed_proj_dim") ? width : 768)
        guard embedded == width else {
            throw config.fault("word_embed_proj_dim", "\(embedded) is not supported, only the width of \(width)")
        }
        let hasBias = try config.optionalBool("enable_bias") ?? true
        let trunk = TrunkDescription(
            family: .opt, width: width, layers: sizes.layers, heads: sizes.heads, keyValueHeads: sizes.heads,
            headWidth: headWidth, feedForwardWidth: sizes.hidden, isGated: false, norm: .layer, normEpsilon: 1e-5,
            activation: activation, positions: .table, rotaryWidth: 0)
        let plain = PlainBlock(
            queryKeyValue: ["q", "k", "v"].map { "self_attn.\($0)_proj" }, attentionOutput: "self_attn.out_proj",
            feedForwardInput: "fc1", feedForwardOutput: "fc2", attentionNorm: "self_attn_layer_norm",
            feedForwardNorm: "final_layer_norm", queryKeyValueHasBias: hasBias, attentionOutputHasBias: hasBias,
            feedForwardHasBias: hasBias)
        let blocks = (0..<sizes.layers).map { plain.block($0, prefix: "decoder.layers.\($0)", sizes) }
        var model = BaseModel(
            trunk: trunk, vocabulary: try config.size("vocab_size", default: 50272),
            maximumPositions: try config.size("max_position_embeddings", default: 2048), prefix: "model.",
            embedding: "decoder.embed_tokens",
            tiesEmbedding: try config.optionalBool("tie_word_embeddings") ?? true, blocks: blocks,
            finalNorm: .init(name: TensorName.finalNorm, module: "decoder.final_layer_norm"))
        model.positionTable = "decoder.embed_positions"
        model.positionOffset = 2
        model.scaledTargets = ["q_proj", "k_proj", "fc2"]
        model.scaledFeedForward = ["fc2"]
        return model
    }
}
