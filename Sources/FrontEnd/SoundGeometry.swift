import TacitDiagnostics
import TacitModelFile

/// How a model of sound cuts a stream of samples into patches and windows, all counted in samples of its own rate.
///
/// Patch j covers the samples from `j * samplesPerStride` to one before `j * samplesPerStride + samplesPerPatch`;
/// a window is `window` successive patches. For log-mel a patch covers every sample that its frames' transforms see:
/// `n_fft + (patch_frames - 1) * hop_length` of them.
package struct SoundGeometry: Equatable, Sendable {
    /// Hertz.
    package let sampleRate: Int
    /// Elements of one flattened patch.
    package let patchSize: Int
    /// Patches in a context.
    package let window: Int
    package let samplesPerPatch: Int
    package let samplesPerStride: Int

    /// The most samples that a window may cover, and the most elements of a patch. Far beyond any model of use; they
    /// keep every later sum and product inside `Int`.
    static let limit = 1 << 24

    /// - Throws: `TacitError` (bad data) for a description that is not of sound, or whose numbers make no sense.
    package init(_ input: InputDescription) throws {
        switch input {
        case .waveform(let input):
            try self.init(
                sampleRate: input.sampleRate, patchSize: input.patch, window: input.window,
                samplesPerPatch: input.patch, samplesPerStride: input.stride)
        case .logmel(let input):
            try Self.check("n_fft", input.fftSize, 2...(1 << 20))
            try Self.check("hop_length", input.hopLength, 1...(1 << 20))
            try Self.check("n_mels", input.mels, 1...(1 << 16))
            try Self.check("patch_frames", input.patchFrames, 1...(1 << 16))
            try Self.check("stride_frames", input.strideFrames, 1...(1 << 16))
            try self.init(
                sampleRate: input.sampleRate, patchSize: input.patchFrames * input.mels, window: input.window,
                samplesPerPatch: input.fftSize + (input.patchFrames - 1) * input.hopLength,
                samplesPerStride: input.strideFrames * input.hopLength)
        case .image, .tokens:
            throw TacitError(.badData, place: "input", "expected a model of sound (waveform or logmel)")
        }
    }

    private init(sampleRate: Int, patchSize: Int, window: Int, samplesPerPatch: Int, samplesPerStride: Int) throws {
        try Self.check("sample_rate", sampleRate, 1...10_000_000)
        try Self.check("patch", patchSize, 1...Self.limit)
        try Self.check("patch, in samples,", samplesPerPatch, 1...(1 << 32))
        try Self.check("stride, in samples,", samplesPerStride, 1...(1 << 32))
        try Self.check("window", window, 1...Self.limit)
        self.sampleRate = sampleRate
        self.patchSize = patchSize
        self.window = window
        self.samplesPerPatch = samplesPerPatch
        self.samplesPerStride = samplesPerStride
    }

    static func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw TacitError(
                .badData, place: "input",
                "\(name) is \(value), expected \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// Samples from a window's first to one past its last:
    /// `(window - 1) * samplesPerStride + samplesPerPatch`.
    package var samplesPerWindow: Int { endOfPatch(window - 1) }

    /// The first sample of a patch, counted from the first sample of patch 0.
    package func startOfPatch(_ patch: Int) -> Int { patch * samplesPerStride }

    /// One past the last sample of a patch.
    package func endOfPatch(_ patch: Int) -> Int { patch * samplesPerStride + samplesPerPatch }

    /// How many patches are whole once `samples` samples are there.
    package func wholePatches(in samples: Int) -> Int {
        samples < samplesPerPatch ? 0 : (samples - samplesPerPatch) / samplesPerStride + 1
    }
}
