import TacitDiagnostics
import TacitModelFile

extension BaseFamily {
    /// GPT-NeoX (Black et al. 2022; Pythia, Biderman et al. 2023; transformers `GPTNeoXConfig`): LayerNorm, attention
    /// and feed-forward part in parallel, a part of each head rotated, one matrix for queries, keys and values, head by
    /// head.
    static func gptNeoX(_ config: ConfigObject) throws -> BaseModel {
        let activation = try activation(config, "hidden_act", default: "gelu")
        let sizes = try sizes(
            config, width: ("hidden_size", 6144), layers: ("num_hidden_layers", 44),
            heads: ("num_attention_heads", 64), hidden: ("intermediate_size", { _ in 24576 }))
        let headWidth = try sizes.headWidth(config, "num_attention_heads")
        // transformers would rotate by it and divide the width by the heads all the same.
        if let stated = try config.optionalInteger("head_dim"), stated != headWidth {
            throw config.fault("head_dim", "\(stated) is not supported, only \(headWidth), the width of a head")
        }
        let positions = try config.size("max_position_embeddings", default: 2048)
        let rotary = try RotaryFrequencies.Sources(
            config, thetaKey: "rotary_emb_base", partKey: "rotary_pct", part: 0.25)
        let rotaryWidth = try rotary.width(ofHead: headWidth)
        let isParallel = try config.optionalBool("use_parallel_residual") ?? true
        let trunk = TrunkDescription(
            family: .gptNeoX, width: sizes.width, layers: sizes.layers, heads: sizes.heads, keyValueHeads: sizes.heads,
            headWidth: headWidth, feedForwardWidth: sizes.hidden, isGated: false, norm: .layer,
            normEpsilon: try normEpsilon(config, "layer_norm_eps", default: 1e-5), activation: activation,
            positions: .rotary, rotaryWidth: rotaryWidth, residual: isParallel ? .parallel : .sequential)

        let attentionBias = try config.optionalBool("attention_bias") ?? true
        let plain = PlainBlock(
            queryKeyValue: ["attention.query_key_value"], attentionOutput: "attention.dense",
            feedForwardInput: "mlp.dense_h_to_4h", feedForwardOutput: "mlp.dense_4h_to_h",
            attentionNorm: "input_layernorm", feedForwardNorm: "post_attention_layernorm",
            queryKeyValueHasBias: attentionBias, attentionOutputHasBias: attentionBias,
            order: .headByHead(heads: sizes.heads, width: headWidth))
        let blocks = (0..<sizes.layers).map { plain.block($0, prefix: "layers.\($0)", sizes) }
        var model = BaseModel(
            trunk: trunk, vocabulary: try config.size("vocab_size", default: 50432), maximumPositions: positions,
            prefix: "gpt_neox.", embedding: "embed_in",
            tiesEmbedding: try config.optionalBool("tie_word_embeddings") ?? false, blocks: blocks,
            finalNorm: .init(name: TensorName.finalNorm, module: "final_layer_norm"))
        model.languageHead = "embed_out"
        model.rotation.frequencies = try rotary.frequencies(headWidth: headWidth, maximumPositions: positions)
        model.defaultTargets = ["query_key_value"]
        model.scaledTargets = ["query_key_value", "dense_4h_to_h"]
        model.scaledFeedForward = ["dense_4h_to_h"]
        return model
    }
}
