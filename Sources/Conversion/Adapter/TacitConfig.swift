import TacitDiagnostics
import TacitModelFile

/// `tacit.json`: what stands around the trunk.
struct TacitConfig {
    enum Positions: String, CaseIterable {
        case base, learned, none
    }

    private enum Kind: String, CaseIterable {
        case waveform, logmel, image, tokens
    }

    let settings: Settings
    let input: InputDescription
    let positions: Positions
    let attention: ModelDescription.Attention
    let context: ModelDescription.Context
    let pool: ModelDescription.Pool
    let task: ModelDescription.Task
    let labels: [String]
    let thresholds: [Float]
    /// As JSON text; empty if there is none.
    let metrics: String
    let license: String
    let sources: [String]

    init(_ settings: Settings) throws {
        self.settings = settings
        try settings.refuseOthers(than: [
            "version", "input", "positions", "attention", "context", "pool", "task", "labels", "thresholds", "metrics",
            "license", "sources",
        ])
        let version = try settings.integer("version")
        guard version == 1 else { throw settings.fault("version", "expected 1, found \(version)") }
        input = try Self.input(settings.object("input"))
        positions = try settings.choice("positions", Positions.self)
        attention = try settings.optionalChoice("attention", ModelDescription.Attention.self) ?? .causal
        context = try settings.optionalChoice("context", ModelDescription.Context.self) ?? .restart
        pool = try settings.choice("pool", ModelDescription.Pool.self)
        task = try settings.choice("task", ModelDescription.Task.self)
        guard let labels = try settings.optionalStrings("labels"), !labels.isEmpty else {
            throw settings.fault("labels", "expected at least one label")
        }
        self.labels = labels
        thresholds =
            settings["thresholds"] == nil
            ? [Float](repeating: 0.5, count: labels.count) : try settings.numbers("thresholds").map { Float($0) }
        metrics = try settings.optionalObject("metrics").map { JSONValue.object($0.members).text } ?? ""
        license = try settings.optionalString("license") ?? ""
        sources = try settings.optionalStrings("sources") ?? []
    }

    private static func input(_ settings: Settings) throws -> InputDescription {
        switch try settings.choice("kind", Kind.self) {
        case .waveform:
            try settings.refuseOthers(than: ["kind", "sample_rate", "patch", "stride", "window"])
            let patch = try settings.size("patch")
            return .waveform(
                WaveformInput(
                    sampleRate: try settings.size("sample_rate"), patch: patch,
                    stride: try settings.size("stride", default: patch), window: try settings.size("window")))
        case .logmel: return try logmel(settings)
        case .image:
            try settings.refuseOthers(than: ["kind", "width", "height", "channels", "patch", "stride", "mean", "std"])
            let patch = try settings.size("patch")
            return .image(
                ImageInput(
                    width: try settings.size("width"), height: try settings.size("height"),
                    channels: try settings.size("channels"), patch: patch,
                    stride: try settings.size("stride", default: patch), mean: try settings.numbers("mean"),
                    deviation: try settings.numbers("std")))
        case .tokens:
            try settings.refuseOthers(than: ["kind", "vocabulary", "codebooks", "window"])
            return .tokens(
                TokensInput(
                    vocabulary: try settings.size("vocabulary"), codebooks: try settings.size("codebooks"),
                    window: try settings.size("window")))
        }
    }

    private static func logmel(_ settings: Settings) throws -> InputDescription {
        try settings.refuseOthers(than: [
            "kind", "sample_rate", "n_fft", "win_length", "hop_length", "n_mels", "f_min", "f_max", "log_offset",
            "mean", "std", "patch_frames", "stride_frames", "window",
        ])
        let frames = try settings.size("patch_frames")
        return .logmel(
            LogMelInput(
                sampleRate: try settings.size("sample_rate"), fftSize: try settings.size("n_fft"),
                windowLength: try settings.size("win_length"), hopLength: try settings.size("hop_length"),
                mels: try settings.size("n_mels"), minimumFrequency: try settings.number("f_min"),
                maximumFrequency: try settings.number("f_max"), logOffset: try settings.number("log_offset"),
                mean: try settings.number("mean"), deviation: try settings.number("std"), patchFrames: frames,
                strideFrames: try settings.size("stride_frames", default: frames),
                window: try settings.size("window")))
    }
}
