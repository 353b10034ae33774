import TacitDiagnostics
import TacitModelFile

/// Makes the front end that a model's description asks for.
package enum SoundFrontEnds {
    /// - Parameters:
    ///   - input: the model's.
    ///   - instructionSet: to compute with; nil is this machine's best. No choice changes a result.
    /// - Throws: `TacitError` (bad data) for a description that is not of sound, or whose numbers make no sense,
    ///   (usage) for an instruction set that this machine does not have.
    package static func make(_ input: InputDescription, instructionSet: String? = nil) throws -> any SoundFrontEnd {
        switch input {
        case .waveform(let input): return try WaveformFrontEnd(input)
        case .logmel(let input): return try LogMelFrontEnd(input, instructionSet: instructionSet)
        case .image, .tokens: throw SoundGeometry.notSound
        }
    }
}
