import TacitModelFile

/// Small models of several families, chosen for what is awkward about them.
enum Shapes {
    struct Case: CustomStringConvertible, Sendable {
        var name: String
        var model: ModelDescription
        var bias = true
        var description: String { name }
    }

    static func trunk(
        _ family: TrunkDescription.Family, width: Int, layers: Int, heads: Int, keyValueHeads: Int, headWidth: Int,
        feedForward: Int, positions: TrunkDescription.Positions, rotaryWidth: Int = 0
    ) -> TrunkDescription {
        let isLlama = family == .llama
        return TrunkDescription(
            family: family, width: width, layers: layers, heads: heads, keyValueHeads: keyValueHeads,
            headWidth: headWidth, feedForwardWidth: feedForward, isGated: isLlama, norm: isLlama ? .rms : .layer,
            normEpsilon: isLlama ? 1e-6 : 1e-5, activation: isLlama ? .silu : .geluTanh, positions: positions,
            rotaryWidth: rotaryWidth)
    }

    static func model(
        _ trunk: TrunkDescription, input: InputDescription, attention: ModelDescription.Attention = .causal,
        context: ModelDescription.Context = .restart, pool: ModelDescription.Pool = .last, labels: Int = 5,
        patchHidden: Int = 0, headNorm: Bool = false
    ) -> ModelDescription {
        ModelDescription(
            trunk: trunk, input: input, attention: attention, context: context, pool: pool, task: .multiclass,
            labels: (0..<labels).map { "label \($0)" }, thresholds: [Float](repeating: 0.5, count: labels),
            patchHiddenWidth: patchHidden, hasHeadNorm: headNorm)
    }

    static func waveform(patch: Int, window: Int) -> InputDescription {
        .waveform(WaveformInput(sampleRate: 16000, patch: patch, stride: patch, window: window))
    }

    /// Restart contexts, causal.
    static let causal: [Case] = [
        Case(
            name: "gpt2, heads of 10, table",
            model: model(
                trunk(
                    .gpt2, width: 30, layers: 3, heads: 3, keyValueHeads: 3, headWidth: 10, feedForward: 57,
                    positions: .table),
                input: waveform(patch: 21, window: 37))),
        Case(
            name: "gpt2, width 37, hidden patch layer, mean, head norm, no positions",
            model: model(
                trunk(
                    .gpt2, width: 37, layers: 2, heads: 2, keyValueHeads: 2, headWidth: 16, feedForward: 64,
                    positions: .none),
                input: waveform(patch: 40, window: 33), pool: .mean, labels: 17, patchHidden: 19, headNorm: true)),
        Case(
            name: "llama, grouped heads of 24, rotary",
            model: model(
                trunk(
                    .llama, width: 48, layers: 3, heads: 4, keyValueHeads: 2, headWidth: 24, feedForward: 70,
                    positions: .rotary, rotaryWidth: 24),
                input: waveform(patch: 16, window: 50)),
            bias: false),
        Case(
            name: "llama, one key head of 80, half rotated, mean",
            model: model(
                trunk(
                    .llama, width: 64, layers: 2, heads: 3, keyValueHeads: 1, headWidth: 80, feedForward: 33,
                    positions: .rotary, rotaryWidth: 40),
                input: waveform(patch: 5, window: 41), pool: .mean, labels: 1, headNorm: true)),
        Case(
            name: "gpt-neox, parallel, partly rotated, exact GELU",
            model: model(
                with(
                    trunk(
                        .gptNeoX, width: 36, layers: 3, heads: 3, keyValueHeads: 3, headWidth: 12, feedForward: 50,
                        positions: .rotary, rotaryWidth: 4)
                ) {
                    $0.residual = .parallel
                    $0.activation = .gelu
                }, input: waveform(patch: 11, window: 29))),
        Case(
            name: "gpt-neo, local layers, unscaled, ReLU, mean",
            model: model(
                with(
                    trunk(
                        .gptNeo, width: 32, layers: 3, heads: 2, keyValueHeads: 2, headWidth: 16, feedForward: 41,
                        positions: .table)
                ) {
                    $0.attentionScale = 1
                    $0.activation = .relu
                    $0.localWindows = [0, 7, 1]
                }, input: waveform(patch: 8, window: 35), pool: .mean)),
        Case(name: "gemma, norms around and of heads, local layers", model: gemma(.restart), bias: false),
        Case(
            name: "one layer of width 1",
            model: model(
                trunk(
                    .llama, width: 1, layers: 1, heads: 1, keyValueHeads: 1, headWidth: 2, feedForward: 1,
                    positions: .rotary, rotaryWidth: 2),
                input: waveform(patch: 1, window: 5), labels: 2)),
    ]

    /// Four norms a block and two of its heads, local layers with frequencies of their own, another scale.
    private static func gemma(_ context: ModelDescription.Context) -> ModelDescription {
        model(
            with(
                trunk(
                    .llama, width: 40, layers: 3, heads: 4, keyValueHeads: 2, headWidth: 14, feedForward: 27,
                    positions: .rotary, rotaryWidth: 14)
            ) {
                $0.family = .gemma3
                $0.activation = .geluTanh
                $0.normPlacement = .around
                $0.normalizesHeads = true
                $0.attentionScale = 0.21
                $0.localWindows = [6, 0, 6]
                $0.hasLocalFrequencies = true
            }, input: waveform(patch: 9, window: 33), context: context, pool: .mean)
    }

    private static func with(_ trunk: TrunkDescription, _ change: (inout TrunkDescription) -> Void) -> TrunkDescription
    {
        var trunk = trunk
        change(&trunk)
        return trunk
    }

    static let full: [Case] = [
        Case(
            name: "gpt2, full, table, last",
            model: model(
                trunk(
                    .gpt2, width: 32, layers: 2, heads: 4, keyValueHeads: 4, headWidth: 8, feedForward: 50,
                    positions: .table),
                input: waveform(patch: 9, window: 23), attention: .full)),
        Case(
            name: "llama, full, rotary, mean",
            model: model(
                trunk(
                    .llama, width: 40, layers: 2, heads: 4, keyValueHeads: 2, headWidth: 10, feedForward: 24,
                    positions: .rotary, rotaryWidth: 10),
                input: waveform(patch: 9, window: 31), attention: .full, pool: .mean),
            bias: false),
    ]

    static let sliding: [Case] = [
        Case(
            name: "llama, sliding, rotary, last",
            model: model(
                trunk(
                    .llama, width: 24, layers: 3, heads: 4, keyValueHeads: 2, headWidth: 6, feedForward: 40,
                    positions: .rotary, rotaryWidth: 6),
                input: waveform(patch: 8, window: 21), context: .sliding)),
        Case(name: "gemma, sliding", model: gemma(.sliding), bias: false),
        Case(
            name: "gpt2, sliding, no positions, mean",
            model: model(
                trunk(
                    .gpt2, width: 20, layers: 2, heads: 1, keyValueHeads: 1, headWidth: 20, feedForward: 31,
                    positions: .none),
                input: waveform(patch: 8, window: 16), context: .sliding, pool: .mean, headNorm: true)),
        Case(
            name: "llama, sliding, a sink",
            model: kept(
                1,
                model(
                    trunk(
                        .llama, width: 24, layers: 3, heads: 4, keyValueHeads: 2, headWidth: 6, feedForward: 40,
                        positions: .rotary, rotaryWidth: 4),
                    input: waveform(patch: 8, window: 21), context: .sliding))),
        // More than local layers see.
        Case(name: "gemma, sliding, 16 sinks", model: kept(16, gemma(.sliding)), bias: false),
        Case(
            name: "gpt2, sliding, no positions, mean, 3 sinks",
            model: kept(
                3,
                model(
                    trunk(
                        .gpt2, width: 20, layers: 2, heads: 1, keyValueHeads: 1, headWidth: 20, feedForward: 31,
                        positions: .none),
                    input: waveform(patch: 8, window: 2), context: .sliding, pool: .mean))),
    ]

    static func kept(_ sinks: Int, _ model: ModelDescription) -> ModelDescription {
        var model = model
        model.sinks = sinks
        return model
    }

    static let tokens = Case(
        name: "llama, tokens of two codebooks",
        model: model(
            trunk(
                .llama, width: 32, layers: 2, heads: 2, keyValueHeads: 2, headWidth: 16, feedForward: 40,
                positions: .rotary, rotaryWidth: 16),
            input: .tokens(TokensInput(vocabulary: 11, codebooks: 2, window: 25)), labels: 0),
        bias: false)
}
