import TacitDiagnostics
import TacitModelFile

extension BaseFamily {
    /// GPT-2 (Radford et al. 2019; transformers `GPT2Config`): LayerNorm before each part, GELU by tanh, a table of
    /// positions, one matrix for queries, keys and values, weights stored transposed.
    static func gpt2(_ config: Settings) throws -> BaseModel {
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
            hidden: ("n_inner", { 4 * $0 })
        )
        let (width, hidden) = (sizes.width, sizes.hidden)
        guard width % sizes.heads == 0 else {
            throw config.fault("n_head", "\(sizes.heads) heads do not divide a width of \(width)")
        }
        let scales = try config.optionalBool("scale_attn_weights") ?? true
        let trunk = TrunkDescription(
            family: .gpt2, width: width, layers: sizes.layers, heads: sizes.heads, keyValueHeads: sizes.heads,
            headWidth: width / sizes.heads, feedForwardWidth: hidden, isGated: false, norm: .layer,
            normEpsilon: try normEpsilon(config, "layer_norm_epsilon", default: 1e-5), activation: activation,
            positions: .table, rotaryWidth: 0, attentionScale: scales ? nil : 1)

        let blocks = (0..<sizes.layers).map { layer in
            let block = "h.\(layer)"
            func conv(_ name: String, _ rows: Int, _ columns: Int) -> [LinearModule] {
                [
                    LinearModule(
                        name: "\(block).\(name)", rows: rows, columns: columns, isTransposed: true, hasBias: true)
                ]
            }
            return BaseModel.Block(
                matrices: [
                    .init(
                        name: TensorName.attentionQueryKeyValue(layer), kind: .queryKeyValue,
                        modules: conv("attn.c_attn", 3 * width, width)),
                    .init(
                        name: TensorName.attentionOutput(layer), kind: .attentionOutput,
                        modules: conv("attn.c_proj", width, width)),
                    .init(
                        name: TensorName.feedForwardInput(layer), kind: .feedForwardInput,
                        modules: conv("mlp.c_fc", hidden, width)),
                    .init(
                        name: TensorName.feedForwardOutput(layer), kind: .feedForwardOutput,
                        modules: conv("mlp.c_proj", width, hidden)),
                ],
                norms: [
                    .init(name: TensorName.attentionNorm(layer), module: "\(block).ln_1"),
                    .init(name: TensorName.feedForwardNorm(layer), module: "\(block).ln_2"),
                ])
        }
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
