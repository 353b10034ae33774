import Engine
import ModelFile

/// One window of patches of noise, or of random tokens: speed depends on neither.
enum BenchmarkInput {
    /// `[window][patchSize]`
    case patches([Float], patchSize: Int)
    /// `[window][codebooks]`
    case tokens([Int32], codebooks: Int)

    init(_ input: InputDescription) {
        // Knuth's MMIX generator: the same numbers everywhere.
        var state: UInt64 = 1
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        let count = input.window * input.patchSize
        if case .tokens(let tokens) = input {
            self = .tokens(
                (0..<count).map { _ in Int32(next() % UInt64(tokens.vocabulary)) }, codebooks: tokens.codebooks)
        } else {
            self = .patches(
                (0..<count).map { _ in Float(next()) / Float(1 << 30) - 1 }, patchSize: input.patchSize)
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
