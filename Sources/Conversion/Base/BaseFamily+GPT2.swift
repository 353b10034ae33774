import TacitDiagnostics
import TacitModelFile

extension BaseFamily {
    /// GPT-2 (Radford et al. 2019; transformers `GPT2Config`): LayerNorm before each part, GELU by tanh, a table of
    /// positions, one matrix for queries, keys and values, weights stored transposed.
    static func gpt2(_ config: Settings) throws -> BaseModel {
        try refuseVariants(config)
        let width = try config.size("n_embd", default: 768)
        let layers = try config.size("n_layer", default: 12)
        let heads = try config.size("n_head", default: 12)
        guard width % heads == 0 else {
            throw config.fault("n_head", "\(heads) heads do not divide a width of \(width)")
        }
        guard width <= ModelLimits.width else { throw config.fault("n_embd", "at most \(ModelLimits.width)") }
        guard layers <= ModelLimits.layers else { throw config.fault("n_layer", "at most \(ModelLimits.layers)") }
        let hidden = try config.size("n_inner", default: 4 * width)
        let trunk = TrunkDescription(
            family: .gpt2, width: width, layers: layers, heads: heads, keyValueHeads: heads, headWidth: width / heads,
            feedForwardWidth: hidden, isGated: false, norm: .layer,
            normEpsilon: try normEpsilon(config, "layer_norm_epsilon", default: 1e-5), activation: .geluTanh,
            positions: .table, rotaryWidth: 0)

        func conv(_ name: String, _ rows: Int, _ columns: Int) -> [LinearModule] {
            [LinearModule(name: name, rows: rows, columns: columns, isTransposed: true, hasBias: true)]
        }
        var matrices: [BaseModel.Matrix] = []
        var norms: [BaseModel.Norm] = []
        for layer in 0..<layers {
            let block = "h.\(layer)"
            norms.append(.init(name: TensorName.attentionNorm(layer), module: "\(block).ln_1"))
            norms.append(.init(name: TensorName.feedForwardNorm(layer), module: "\(block).ln_2"))
            matrices += [
                .init(
                    name: TensorName.attentionQueryKeyValue(layer), kind: .queryKeyValue,
                    modules: conv("\(block).attn.c_attn", 3 * width, width)),
                .init(
                    name: TensorName.attentionOutput(layer), kind: .attentionOutput,
                    modules: conv("\(block).attn.c_proj", width, width)),
                .init(
                    name: TensorName.feedForwardInput(layer), kind: .feedForwardInput,
                    modules: conv("\(block).mlp.c_fc", hidden, width)),
                .init(
                    name: TensorName.feedForwardOutput(layer), kind: .feedForwardOutput,
                    modules: conv("\(block).mlp.c_proj", width, hidden)),
            ]
        }
        norms.append(.init(name: TensorName.finalNorm, module: "ln_f"))
        return BaseModel(
            trunk: trunk, vocabulary: try config.size("vocab_size", default: 50257),
            maximumPositions: try config.size("n_positions", default: 1024), prefix: "transformer.", embedding: "wte",
            tiesEmbedding: try config.optionalBool("tie_word_embeddings") ?? true,
            positionTable: "wpe", rotaryFrequencies: [], matrices: matrices, norms: norms, defaultTargets: ["c_attn"],
            leftoverSuffixes: ["attn.bias", "attn.masked_bias"])
    }

    /// Variants that change the result.
    private static func refuseVariants(_ config: Settings) throws {
        let activation = try config.optionalString("activation_function") ?? "gelu_new"
        guard activation == "gelu_new" || activation == "gelu_pytorch_tanh" else {
            throw config.fault("activation_function", "\(activation) is not supported, only gelu_new")
        }
        guard try config.optionalBool("scale_attn_weights") ?? true else {
            throw config.fault("scale_attn_weights", "false is not supported")
        }
        for key in ["scale_attn_by_inverse_layer_idx", "add_cross_attention"] {
            guard try config.optionalBool(key) != true else { throw config.fault(key, "true is not supported") }
        }
    }
}
