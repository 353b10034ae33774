import TacitConversion
import TacitModelFile

/// Made-up patches, always the same ones.
struct WhiteNoise {
    /// Successive patches of one context.
    enum Patches {
        /// `[count][patchSize]`
        case numbers([Float])
        /// `[count][codebooks]`
        case tokens([Int32])
    }

    private var random = SplitMix64()

    /// Deviation 1, as front ends leave their patches where they know their data; tokens drawn evenly.
    mutating func patches(_ input: InputDescription, count: Int) -> Patches {
        if case .tokens(let tokens) = input {
            return .tokens(
                (0..<count * tokens.codebooks).map { _ in Int32.random(in: 0..<Int32(tokens.vocabulary), using: &random)
                })
        }
        let deviation = 3.0.squareRoot()
        return .numbers((0..<count * input.patchSize).map { _ in Float(random.uniform() * deviation) })
    }
}
