import TacitDiagnostics
import TacitModelFile
import TacitText

/// What Llama and its kin have in common: RMSNorm, a gated feed-forward part, rotary positions, grouped heads, and names.
/// A family's file sets what differs and asks for a model.
struct GatedDecoder {
    let config: ConfigObject
    let family: TrunkDescription.Family
    let sizes: BaseFamily.Sizes
    let keyValueHeads: Int
    let headWidth: Int
    let maximumPositions: Int
    let activation: TrunkDescription.Activation
    let normEpsilon: Float
    var queryKeyValueBias = false
    var outputBias = false
    var feedForwardBias = false
    /// Norms `q_norm` and `k_norm` of each head.
    var normalizesHeads = false
    /// Whether norms stand around both parts, with Gemma's names.
    var normsAround = false
    /// Whether norms' weights are added to 1.
    var offsetNorms = false
    var attentionScale: Float?
    var localWindows: [Int] = []
    var localFrequencies: [Float] = []
    var frequencies: [Float] = []
    var tiesEmbedding = false
    var embeddingScale: Float = 1
    var scaledTargets = ["q_proj", "v_proj", "down_proj"]

    /// What a family's configuration has where it says nothing.
    struct Defaults {
        let width: Int
        let layers: Int
        let heads: Int
        /// nil: as many as there are heads.
        let keyValueHeads: Int?
        /// nil: what the width gives each head.
        let headWidth: Int?
        let hidden: Int
        let maximumPositions: Int
        var activationKey = "hidden_act"
        var activation = "silu"
    }

    init(_ config: ConfigObject, _ family: TrunkDescription.Family, _ defaults: Defaults) throws {
        self.config = config
        self.family = family
        activation = try BaseFamily.activation(config, defaults.activationKey, default: defaults.activation)
        sizes = try BaseFamily.sizes(
            config, width: ("hidden_size", defaults.width), layers: ("num_hidden_layers", defaults.layers),
            heads: ("num_attention_heads", defaults.heads), hidden: ("intermediate_size", { _ in defaults.hidden }))
        let heads = sizes.heads
        // Null means as many as there are heads, a missing key the family's default.
        keyValueHeads = try config.size(
            "num_key_value_heads", default: config.has("num_key_value_heads") ? heads : defaults.keyValueHeads ?? heads)
        guard keyValueHeads <= heads, heads % keyValueHeads == 0 else {
            throw config.fault("num_key_value_heads", "\(keyValueHeads) does not divide \(heads) heads")
        }
        let standard = config.has("head_dim") ? nil : defaults.headWidth
        let divided = config["head_dim"] == nil ? try standard ?? sizes.headWidth(config, "num_attention_heads") : 1
        headWidth = try config.size("head_dim", default: divided)
        guard headWidth % 2 == 0, heads * headWidth <= ModelLimits.width else {
            throw config.fault("head_dim", "expected an even number, all heads together at most \(ModelLimits.width)")
        }
        maximumPositions = try config.size("max_position_embeddings", default: defaults.maximumPositions)
        normEpsilon = try BaseFamily.normEpsilon(config, "rms_norm_eps", default: 1e-6)
    }

    func model(vocabulary: Int) throws -> BaseModel {
        let trunk = TrunkDescription(
            family: family, width: sizes.width, layers: sizes.layers, heads: sizes.heads, keyValueHeads: keyValueHeads,
            headWidth: headWidth, feedForwardWidth: sizes.hidden, isGated: true, norm: .rms, normEpsilon: normEpsilon,
            activation: activation, positions: .rotary, rotaryWidth: headWidth,
            normPlacement: normsAround ? .around : .before, normalizesHeads: normalizesHeads,
            attentionScale: attentionScale, localWindows: localWindows.contains { $0 > 0 } ? localWindows : [],
            hasLocalFrequencies: !localFrequencies.isEmpty)
        var model = BaseModel(
            trunk: trunk, vocabulary: try config.size("vocab_size", default: vocabulary),
            maximumPositions: maximumPositions, prefix: "model.", embedding: "embed_tokens",
            tiesEmbedding: try config.optionalBool("tie_word_embeddings") ?? tiesEmbedding,
            blocks: (0..<sizes.layers).map(block),
            finalNorm: .init(name: TensorName.finalNorm, module: "norm", isOffset: offsetNorms))
        model.embeddingScale = embeddingScale
        model.rotation = .init(frequencies: frequencies, localFrequencies: localFrequencies)
        model.scaledTargets = scaledTargets
        model.scaledFeedForward = ["down_proj"]
        return model
    }

    private func block(_ layer: Int) -> BaseModel.Block {
        BaseModel.Block(matrices: matrices(layer), norms: norms(layer))
    }

    private func matrices(_ layer: Int) -> [BaseModel.Matrix] {
        func linear(_ name: String, _ rows: Int, _ columns: Int, _ hasBias: Bool) -> LinearModule {
            LinearModule(
                name: "layers.\(layer).\(name)", rows: rows, columns: columns, isTransposed: false, hasBias: hasBias)
        }
        let (width, hidden) = (sizes.width, sizes.hidden)
        let (queries, keys) = (sizes.heads * headWidth, keyValueHeads * headWidth)
        return [
            .init(
                name: TensorName.attentionQueryKeyValue(layer), kind: .queryKeyValue,
                modules: [
                    linear("self_attn.q_proj", queries, width, queryKeyValueBias),
                    linear("self_attn.k_proj", keys, width, queryKeyValueBias),
                    linear("self_attn.v_proj", keys, width, queryKeyValueBias),
                ]),
            .init(
                name: TensorName.attentionOutput(layer), kind: .attentionOutput,
                modules: [linear("self_attn.o_proj", width, queries, outputBias)]),
            .init(
                name: TensorName.feedForwardInput(layer), kind: .feedForwardInput,
                modules: [
                    linear("mlp.gate_proj", hidden, width, feedForwardBias),
                    linear("mlp.up_proj", hidden, width, feedForwardBias),
                ]),
            .init(
                name: TensorName.feedForwardOutput(layer), kind: .feedForwardOutput,
                modules: [linear("mlp.down_proj", width, hidden, feedForwardBias)]),
        ]
    }

    private func norms(_ layer: Int) -> [BaseModel.Norm] {
        func norm(_ name: String, _ module: String, width: Int? = nil) -> BaseModel.Norm {
            .init(name: name, module: "layers.\(layer).\(module)", width: width, isOffset: offsetNorms)
        }
        var norms = [norm(TensorName.attentionNorm(layer), "input_layernorm")]
        if normsAround {
            norms += [
                norm(TensorName.attentionOutputNorm(layer), "post_attention_layernorm"),
                norm(TensorName.feedForwardNorm(layer), "pre_feedforward_layernorm"),
                norm(TensorName.feedForwardOutputNorm(layer), "post_feedforward_layernorm"),
            ]
        } else {
            norms.append(norm(TensorName.feedForwardNorm(layer), "post_attention_layernorm"))
        }
        if normalizesHeads {
            norms += [
                norm(TensorName.queryNorm(layer), "self_attn.q_norm", width: headWidth),
                norm(TensorName.keyNorm(layer), "self_attn.k_norm", width: headWidth),
            ]
        }
        return norms
    }
}
