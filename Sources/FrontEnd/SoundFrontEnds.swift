import Diagnostics
import ModelFile

/// Makes the front end that a model's description asks for.
public enum SoundFrontEnds {
    /// - Throws: `TacitError` (bad data) for a description that is not of sound, or whose numbers make no sense.
    public static func make(_ input: InputDescription) throws -> any SoundFrontEnd {
        switch input {
        case .waveform(let input): return try WaveformFrontEnd(input)
        case .logmel(let input): return try LogMelFrontEnd(input)
        case .image, .tokens:
            throw TacitError(.badData, place: "input", "expected a model of sound (waveform or logmel)")
        }
    }
}
