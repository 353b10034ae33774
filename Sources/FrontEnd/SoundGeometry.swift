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
        guard let sound = input.kind.sound else { throw Self.notSound }
        try input.validate()
        sampleRate = sound.sampleRate
        patchSize = sound.patchSize
        window = sound.window
        samplesPerPatch = sound.samplesPerPatch
        samplesPerStride = sound.samplesPerStride
    }

    static var notSound: TacitError {
        TacitError(.badData, place: "input", "expected a model of sound (waveform or logmel)")
    }

    /// Samples from a window's first to one past its last:
    /// `(window - 1) * samplesPerStride + samplesPerPatch`.
    package var samplesPerWindow: Int { endOfPatch(window - 1) }

    /// The first sample of a patch, counted from the first sample of patch 0.
    package func startOfPatch(_ patch: Int) -> Int { patch * samplesPerStride }

    /// One past the last sample of a patch.
    package func endOfPatch(_ patch: Int) -> Int { patch * samplesPerStride + samplesPerPatch }
}
