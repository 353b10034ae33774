import TacitMeasures
import TacitModelFile

/// Successive patches of one context.
enum MadeUpPatches {
    /// `[count][patchSize]`: white noise.
    case numbers([Float])
    /// `[count][codebooks]`: drawn evenly.
    case tokens([Int32])

    init(_ input: InputDescription, count: Int, _ random: inout SplitMix64) {
        guard case .tokens(let tokens) = input else {
            self = .numbers(random.whiteNoise(count * input.patchSize))
            return
        }
        let vocabulary = Int32(tokens.vocabulary)
        self = .tokens((0..<count * tokens.codebooks).map { _ in Int32.random(in: 0..<vocabulary, using: &random) })
    }
}
