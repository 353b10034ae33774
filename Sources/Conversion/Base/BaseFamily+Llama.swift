import TacitDiagnostics

extension BaseFamily {
    /// Llama (Touvron et al. 2023; transformers `LlamaConfig`): RMSNorm before each part, SwiGLU, rotary positions,
    /// grouped heads.
    static func llama(_ config: ConfigObject) throws -> BaseModel {
        var decoder = try GatedDecoder(
            config, .llama,
            .init(
                width: 4096, layers: 32, heads: 32, keyValueHeads: nil, headWidth: nil, hidden: 11008,
                maximumPositions: 2048))
        decoder.queryKeyValueBias = try config.optionalBool("attention_bias") ?? false
        decoder.outputBias = decoder.queryKeyValueBias
        decoder.feedForwardBias = try config.optionalBool("mlp_bias") ?? false
        decoder.scaledTargets = ["k_proj", "v_proj", "down_proj"]
        decoder.frequencies = try RotaryFrequencies.read(
            config, headWidth: decoder.headWidth, maximumPositions: decoder.maximumPositions)
        return try decoder.model(vocabulary: 32000)
    }
}
