import TacitDiagnostics
import TacitModelFile

extension BaseFamily {
    /// Llama (Touvron et al. 2023; transformers `LlamaConfig`): RMSNorm before each part, SwiGLU, rotary positions,
    /// grouped heads.
    static func llama(_ config: Settings) throws -> BaseModel {
        let activation = try config.optionalString("hidden_act") ?? "silu"
        guard activation == "silu" else {
            throw config.fault("hidden_act", "\(activation) is not supported, only silu")
        }
        let width = try config.size("hidden_size", default: 4096)
        let layers = try config.size("num_hidden_layers", default: 32)
        let heads = try config.size("num_attention_heads", default: 32)
        let groups = try config.size("num_key_value_heads", default: heads)
        let hidden = try config.size("intermediate_size", default: 11008)
        guard width <= ModelLimits.width else { throw config.fault("hidden_size", "at most \(ModelLimits.width)") }
        guard hidden <= ModelLimits.width else {
            throw config.fault("intermediate_size", "at most \(ModelLimits.width)")
        }
        guard layers <= ModelLimits.layers else {
            throw config.fault("num_hidden_layers", "at most \(ModelLimits.layers)")
        }
        guard heads <= ModelLimits.heads else {
            throw config.fault("num_attention_heads", "at most \(ModelLimits.heads)")
        }
        guard groups <= heads, heads % groups == 0 else {
            throw config.fault("num_key_value_heads", "\(groups) does not divide \(heads) heads")
        }
        if config["head_dim"] == nil, width % heads != 0 {
            throw config.fault("num_attention_heads", "\(heads) heads do not divide a width of \(width)")
        }
        let headWidth = try config.size("head_dim", default: max(1, width / heads))
        guard headWidth % 2 == 0, heads * headWidth <= ModelLimits.width else {
            throw config.fault("head_dim", "expected an even number, all heads together at most \(ModelLimits.width)")
        }
        let positions = try config.size("max_position_embeddings", default: 2048)
        let trunk = TrunkDescription(
            family: .llama, width: width, layers: layers, heads: heads, keyValueHeads: groups, headWidth: headWidth,
            feedForwardWidth: hidden, isGated: true, norm: .rms,
            normEpsilon: try normEpsilon(config, "rms_norm_eps", default: 1e-6), activation: .silu,
            positions: .rotary, rotaryWidth: headWidth)

        let attentionBias = try config.optionalBool("attention_bias") ?? false
        let hiddenBias = try config.optionalBool("mlp_bias") ?? false
        var matrices: [BaseModel.Matrix] = []
        var norms: [BaseModel.Norm] = []
        for layer in 0..<layers {
            let block = "layers.\(layer)"
            func attention(_ name: String, _ rows: Int, _ columns: Int) -> LinearModule {
                LinearModule(
                    name: "\(block).self_attn.\(name)", rows: rows, columns: columns, isTransposed: false,
                    hasBias: attentionBias)
            }
            func feedForward(_ name: String, _ rows: Int, _ columns: Int) -> LinearModule {
                LinearModule(
                    name: "\(block).mlp.\(name)", rows: rows, columns: columns, isTransposed: false,
                    hasBias: hiddenBias)
            }
            norms.append(.init(name: TensorName.attentionNorm(layer), module: "\(block).input_layernorm"))
            norms.append(.init(name: TensorName.feedForwardNorm(layer), module: "\(block).post_attention_layernorm"))
            matrices += [
                .init(
                    name: TensorName.attentionQueryKeyValue(layer), kind: .queryKeyValue,
                    modules: [
                        attention("q_proj", heads * headWidth, width), attention("k_proj", groups * headWidth, width),
                        attention("v_proj", groups * headWidth, width),
                    ]),
                .init(
                    name: TensorName.attentionOutput(layer), kind: .attentionOutput,
                    modules: [attention("o_proj", width, heads * headWidth)]),
                .init(
                    name: TensorName.feedForwardInput(layer), kind: .feedForwardInput,
                    modules: [feedForward("gate_proj", hidden, width), feedForward("up_proj", hidden, width)]),
                .init(
                    name: TensorName.feedForwardOutput(layer), kind: .feedForwardOutput,
                    modules: [feedForward("down_proj", width, hidden)]),
            ]
        }
        norms.append(.init(name: TensorName.finalNorm, module: "norm"))
        return BaseModel(
            trunk: trunk, vocabulary: try config.size("vocab_size", default: 32000), maximumPositions: positions,
            prefix: "model.", embedding: "embed_tokens",
            tiesEmbedding: try config.optionalBool("tie_word_embeddings") ?? false, positionTable: nil,
            rotaryFrequencies: try RotaryFrequencies.read(config, headWidth: headWidth, maximumPositions: positions),
            matrices: matrices, norms: norms, defaultTargets: ["q_proj", "v_proj"],
            leftoverSuffixes: ["self_attn.rotary_emb.inv_freq"])
    }
}
