import TacitEngine
import TacitModelFile

/// One window of patches of noise, or of random tokens: speed depends on neither.
enum BenchmarkInput {
    /// `[window][patchSize]`
    case patches([Float], patchSize: Int)
    /// `[window][codebooks]`
    case tokens([Int32], codebooks: Int)

    init(_ input: InputDescription) {
        var noise = BenchmarkNoise()
        let count = input.window * input.patchSize
        if case .tokens(let tokens) = input {
            self = .tokens(
                (0..<count).map { _ in Int32(noise.bits() % UInt64(tokens.vocabulary)) }, codebooks: tokens.codebooks)
        } else {
            self = .patches((0..<count).map { _ in noise.next() }, patchSize: input.patchSize)
        }
    }

    /// Pushes patches `first` to `first + count - 1` to context 0.
    func push(_ first: Int, count: Int, to session: Session) throws {
        guard count > 0 else { return }
        switch self {
        case .patches(let values, let size):
            values.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                session.push(patches: base + first * size, count: count, context: 0)
            }
        case .tokens(let values, let codebooks):
            try values.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                try session.push(tokens: base + first * codebooks, count: count, context: 0)
            }
        }
    }
}
