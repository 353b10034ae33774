import TacitDiagnostics
import TacitModelFile

extension BaseFamily {
    /// GPT-NeoX (Black et al. 2022; Pythia, Biderman et al. 2023; transformers `GPTNeoXConfig`): LayerNorm, attention and
    /// feed-forward part in parallel, a part of each head rotated, one matrix for queries, keys and values, head by head.
    static func gptNeoX(_ config: Settings) throws -> BaseModel {
        let activation = try activation(config, "hidden_act", default: "gelu")
        let sizes = try sizes(
            config, width: ("hidden_size", 6144), layers: ("num_hidden_layers", 44),
            heads: ("num_attention_heads", 64), hidden: ("intermediate_size", { _ in 24576 }))
        let (width, heads, hidden) = (sizes.width, sizes.heads, sizes.hidden)
        guard width % heads == 0 else {
            throw config.fault("num_attention_heads", "\(heads) heads do not divide a width of \(width)")
        }
        let headWidth = width / heads
        let positions = try config.size("max_position_embeddings", default: 2048)
        let rotary = try RotaryFrequencies.Sources(
            config, thetaKey: "rotary_emb_base", partKey: "rotary_pct", part: 0.25)
        let rotaryWidth = try rotary.width(ofHead: headWidth)
        let isParallel = try config.optionalBool("use_parallel_residual") ?? true
        let trunk = TrunkDescription(
            family: .gptNeoX, width: width, layers: sizes.layers, heads: heads, keyValueHeads: heads,
            headWidth: headWidth, feedForwardWidth: hidden, isGated: false, norm: .layer,
            normEpsilon: try normEpsilon(config, "layer_norm_eps", default: 1e-5), activation: activation,
            positions: .rotary, rotaryWidth: rotaryWidth, residual: isParallel ? .parallel : .sequential)

        let attentionBias = try config.optionalBool("attention_bias") ?? true
        let blocks = (0..<sizes.layers).map { layer in
            let block = "layers.\(layer)"
            func linear(_ name: String, _ rows: Int, _ columns: Int, _ hasBias: Bool = true) -> [LinearModule] {
                [
                    LinearModule(
                        name: "\(block).\(name)", rows: rows, columns: columns, isTransposed: false, hasBias: hasBias)
                ]
            }
            return BaseModel.Block(
                matrices: [
                    .init(
                        name: TensorName.attentionQueryKeyValue(layer), kind: .queryKeyValue,
                        modules: linear("attention.query_key_value", 3 * width, width, attentionBias),
                        order: .headByHead(heads: heads, width: headWidth)),
                    .init(
                        name: TensorName.attentionOutput(layer), kind: .attentionOutput,
                        modules: linear("attention.dense", width, width, attentionBias)),
                    .init(
                        name: TensorName.feedForwardInput(layer), kind: .feedForwardInput,
                        modules: linear("mlp.dense_h_to_4h", hidden, width)),
                    .init(
                        name: TensorName.feedForwardOutput(layer), kind: .feedForwardOutput,
                        modules: linear("mlp.dense_4h_to_h", width, hidden)),
                ],
                norms: [
                    .init(name: TensorName.attentionNorm(layer), module: "\(block).input_layernorm"),
                    .init(name: TensorName.feedForwardNorm(layer), module: "\(block).post_attention_layernorm"),
                ])
        }
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
