import Foundation
import TacitDiagnostics
import TacitModelFile
import TacitTestSupport

/// A model with random weights, small enough to try every byte of it.
struct SmallModel {
    var description: ModelDescription
    var provenance = Provenance(
        license: "CC0-1.0", sources: ["made up"], metrics: "{}",
        files: [.init(name: "model.safetensors", digest: String(repeating: "ab", count: 32))],
        converterVersion: "1", flags: "--weights int8")
    var encoding = MatrixEncoding.int8
    /// Of what is never quantized.
    var outside = MatrixEncoding.float32
    var hasBias = true

    static let gpt2 = SmallModel(
        description: ModelDescription(
            trunk: TrunkDescription(
                family: .gpt2, width: 6, layers: 1, heads: 2, keyValueHeads: 2, headWidth: 3, feedForwardWidth: 10,
                isGated: false, norm: .layer, normEpsilon: 1e-5, activation: .geluTanh, positions: .table,
                rotaryWidth: 0),
            input: .waveform(WaveformInput(sampleRate: 16000, patch: 5, stride: 4, window: 3)),
            attention: .causal, context: .restart, pool: .mean, task: .multiclass, labels: ["dog", "Küken"],
            thresholds: [0.5, 0.25], patchHiddenWidth: 4, hasHeadNorm: true))

    static let llama = SmallModel(
        description: ModelDescription(
            trunk: TrunkDescription(
                family: .llama, width: 17, layers: 2, heads: 4, keyValueHeads: 2, headWidth: 6, feedForwardWidth: 21,
                isGated: true, norm: .rms, normEpsilon: 1e-6, activation: .silu, positions: .rotary, rotaryWidth: 6),
            input: .logmel(
                LogMelInput(
                    sampleRate: 16000, fftSize: 512, windowLength: 400, hopLength: 160, mels: 3, minimumFrequency: 0,
                    maximumFrequency: 8000, logOffset: 1e-6, mean: -4.25, deviation: 3.5, patchFrames: 2,
                    strideFrames: 1, window: 9)),
            attention: .causal, context: .sliding, pool: .last, task: .multilabel, labels: ["a", "b", "c"],
            thresholds: [0.5, 0.5, 1], events: EventSettings(smooth: 2.5, onAfter: 1, offAfter: 3, offBelow: 0.7),
            patchHiddenWidth: 0, hasHeadNorm: false),
        hasBias: false)

    static let tokens = SmallModel(
        description: ModelDescription(
            trunk: SmallModel.gpt2.description.trunk,
            input: .tokens(TokensInput(vocabulary: 7, codebooks: 2, window: 4)), attention: .causal,
            context: .restart, pool: .last, task: .multiclass, labels: [], thresholds: [], patchHiddenWidth: 0,
            hasHeadNorm: false))

    static let image = SmallModel(
        description: ModelDescription(
            trunk: SmallModel.llama.description.trunk,
            input: .image(
                ImageInput(
                    width: 8, height: 6, channels: 3, patch: 2, stride: 2, mean: [0.5, 0.25, 0.5],
                    deviation: [1, 2, 3])), attention: .full, context: .restart, pool: .mean, task: .multiclass,
            labels: ["x"], thresholds: [0.5], patchHiddenWidth: 0, hasHeadNorm: false))

    /// With what labels are learned by.
    static let teachable = {
        var model = SmallModel.llama
        model.description.learning = LearningHead(levels: [1, 2], width: 11, hasPrototypes: true, others: 3)
        return model
    }()

    /// With a stretch that labels are read out over besides.
    static let teachableStretch = {
        var model = SmallModel.teachable
        model.description.learning?.stretch = 4
        return model
    }()

    /// With rows that every patch attends to.
    static let kept = {
        var model = SmallModel.llama
        model.description.sinks = 3
        return model
    }()

    /// With cells of a picture that labels are learned by.
    static let teachableImage = {
        var model = SmallModel.image
        model.description.learning = LearningHead(levels: [2], grid: 3, width: 5, hasPrototypes: false)
        return model
    }()

    static let all = [gpt2, llama, tokens, image, teachable, teachableImage, teachableStretch, kept]
}

/// The error that `body` throws, as the line a user sees; nil if it throws none.
func failure(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch let error as TacitError {
        return error.description
    } catch {
        return "another kind of error: \(error)"
    }
}
