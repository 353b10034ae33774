import TacitDiagnostics
import TacitText

extension BaseFamily {
    /// Gemma 3 (Gemma Team 2025; transformers `Gemma3TextConfig`): norms around both parts and of each query and key head,
    /// their weights added to 1; five local layers, which rotate faster, to each that sees everything; tokens scaled by the
    /// root of the width.
    static func gemma3(_ config: ConfigObject) throws -> BaseModel {
        try refuse(config, "use_bidirectional_attention", unless: false)
        for key in ["attn_logit_softcapping"] where config[key] != nil {
            throw config.fault(key, "is not supported")
        }
        var decoder = try GatedDecoder(
            config, .gemma3,
            .init(
                width: 2304, layers: 26, heads: 8, keyValueHeads: 4, headWidth: 256, hidden: 9216,
                maximumPositions: 131_072, activationKey: "hidden_activation", activation: "gelu_pytorch_tanh"))
        decoder.normalizesHeads = true
        decoder.normsAround = true
        decoder.offsetNorms = true
        decoder.tiesEmbedding = true
        decoder.queryKeyValueBias = try config.optionalBool("attention_bias") ?? false
        decoder.outputBias = decoder.queryKeyValueBias
        decoder.embeddingScale = Float(Double(decoder.sizes.width).squareRoot())
        let scalar = try config.optionalNumber("query_pre_attn_scalar") ?? 256
        guard scalar >= 1e-6, scalar <= 1e12 else {
            throw config.fault("query_pre_attn_scalar", "expected a positive number, found \(scalar)")
        }
        decoder.attentionScale = Float(1 / scalar.squareRoot())

        let window = try config.optionalSize("sliding_window", default: 4096)
        let pattern = try config.size("sliding_window_pattern", default: 6)
        decoder.localWindows = try LayerTypes.windows(config, layers: decoder.sizes.layers, window: window) {
            ($0 + 1) % pattern != 0
        }
        let (headWidth, positions) = (decoder.headWidth, decoder.maximumPositions)
        decoder.frequencies = try RotaryFrequencies.Sources(
            config, layerType: "full_attention", thetaKey: "rope_theta", theta: 1_000_000
        ).frequencies(headWidth: headWidth, maximumPositions: positions)
        if decoder.localWindows.contains(where: { $0 > 0 }) {
            decoder.localFrequencies = try RotaryFrequencies.Sources(
                config, layerType: "sliding_attention", thetaKey: "rope_local_base_freq", scalingKey: nil,
                theta: 10_000
            ).frequencies(headWidth: headWidth, maximumPositions: positions)
        }
        return try decoder.model(vocabulary: 262_208)
    }
}
