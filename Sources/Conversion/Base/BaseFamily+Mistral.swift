import TacitDiagnostics

extension BaseFamily {
    /// Mistral (Jiang et al. 2023; transformers `MistralConfig`): Llama, of which every layer may be local; with
    /// `layer_types` only those that are listed as such, which transformers takes for Ministral.
    static func mistral(_ config: ConfigObject) throws -> BaseModel {
        var decoder = try GatedDecoder(
            config, .mistral,
            .init(
                width: 4096, layers: 32, heads: 32, keyValueHeads: 8, headWidth: nil, hidden: 14336,
                maximumPositions: 131_072))
        // Null means none, a missing key the default.
        let window = try config.optionalSize("sliding_window", default: 4096)
        decoder.localWindows = try LayerTypes.windows(config, layers: decoder.sizes.layers, window: window) { _ in
            window != nil
        }
        decoder.scaledTargets = ["k_proj", "v_proj", "down_proj"]
        decoder.frequencies = try RotaryFrequencies.read(
            config, headWidth: decoder.headWidth, maximumPositions: decoder.maximumPositions)
        return try decoder.model(vocabulary: 32000)
    }
}
