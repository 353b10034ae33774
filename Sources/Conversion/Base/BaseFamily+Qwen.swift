import TacitDiagnostics

extension BaseFamily {
    /// Qwen2 (Yang et al. 2024; transformers `Qwen2Config`): Llama with biases on queries, keys and values.
    static func qwen2(_ config: ConfigObject) throws -> BaseModel {
        var decoder = try GatedDecoder(
            config, .qwen2,
            .init(
                width: 4096, layers: 32, heads: 32, keyValueHeads: 32, headWidth: nil, hidden: 22016,
                maximumPositions: 32768))
        decoder.queryKeyValueBias = true
        return try qwen(config, &decoder)
    }

    /// Qwen3 (Yang et al. 2025; transformers `Qwen3Config`): Llama with a norm of each query head and each key head.
    static func qwen3(_ config: ConfigObject) throws -> BaseModel {
        var decoder = try GatedDecoder(
            config, .qwen3,
            .init(
                width: 4096, layers: 32, heads: 32, keyValueHeads: 32, headWidth: 128, hidden: 22016,
                maximumPositions: 32768))
        decoder.normalizesHeads = true
        decoder.queryKeyValueBias = try config.optionalBool("attention_bias") ?? false
        decoder.outputBias = decoder.queryKeyValueBias
        return try qwen(config, &decoder)
    }

    private static func qwen(_ config: ConfigObject, _ decoder: inout GatedDecoder) throws -> BaseModel {
        let layers = decoder.sizes.layers
        let isSliding = try config.optionalBool("use_sliding_window") ?? false
        let window = isSliding ? try config.optionalSize("sliding_window", default: 4096) : nil
        let first = try config.optionalInteger("max_window_layers") ?? 28
        decoder.localWindows = try LayerTypes.windows(config, layers: layers, window: window) {
            window != nil && $0 >= first
        }
        decoder.frequencies = try RotaryFrequencies.read(
            config, headWidth: decoder.headWidth, maximumPositions: decoder.maximumPositions)
        return try decoder.model(vocabulary: 151_936)
    }
}
