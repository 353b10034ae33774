import TacitMeasures
import TacitModelFile

/// Patches as a trunk meets them: out of data, white noise through the model's own projection, or tokens drawn from its
/// codebooks, with the positions that belong to them. A seed's are always the same ones. A model's sinks stand before
/// each context, where a stream has them as long as its window is not full; nothing is read of them.
struct SamplePatches {
    static let seed: UInt64 = 0
    /// Of patches that no weights are fitted to.
    static let unseenSeed: UInt64 = 1

    let contexts: Int
    /// Of each context, without sinks.
    let patches: Int
    let sinks: Int
    /// Of each context, sinks and patches.
    var length: Int { sinks + patches }
    /// `[contexts][length][width]`.
    private(set) var rows: [Float] = []

    /// Made-up ones.
    init(
        _ description: ModelDescription, _ surroundings: Surroundings, contexts: Int = RandomErrors.contexts,
        longest: Int = RandomErrors.longest, seed: UInt64 = Self.seed
    ) throws {
        self.contexts = contexts
        sinks = description.sinks
        patches = min(description.input.window, longest)
        var random = SplitMix64(seed: seed)
        if case .tokens(let input) = description.input {
            rows = try Self.tokens(
                input, surroundings, width: description.trunk.width, count: contexts * patches, &random)
        } else {
            let projection = try Projection(description, surroundings)
            for _ in 0..<contexts * patches {
                rows += projection.row(random.whiteNoise(description.input.patchSize))
            }
        }
        try addPositions(description, surroundings)
        try addSinks(description, surroundings)
    }

    /// Out of data: contexts spread evenly over all there are, no more than these.
    init(
        _ description: ModelDescription, _ surroundings: Surroundings, _ data: DataContexts, contexts: Int
    ) throws {
        let size = description.input.patchSize
        let all = data.values.count / (data.patches * size)
        self.contexts = min(contexts, all)
        patches = data.patches
        sinks = description.sinks
        let projection = try Projection(description, surroundings)
        for context in 0..<self.contexts {
            let first = context * all / self.contexts * patches
            for patch in first..<first + patches {
                rows += projection.row(Array(data.values[patch * size..<(patch + 1) * size]))
            }
        }
        try addPositions(description, surroundings)
        try addSinks(description, surroundings)
    }

    private static func tokens(
        _ input: TokensInput, _ surroundings: Surroundings, width: Int, count: Int, _ random: inout SplitMix64
    ) throws -> [Float] {
        var rows = [Float](repeating: 0, count: count * width)
        for book in 0..<input.codebooks {
            let shape = [input.vocabulary, width]
            let table = try surroundings.vector(TensorName.codebook(book), shape: shape) ?? []
            for row in 0..<count {
                let id = Int.random(in: 0..<input.vocabulary, using: &random)
                for element in 0..<width { rows[row * width + element] += table[id * width + element] }
            }
        }
        return rows
    }

    private mutating func addPositions(_ description: ModelDescription, _ surroundings: Surroundings) throws {
        guard description.trunk.positions == .table else { return }
        let width = description.trunk.width
        let shape = [description.input.window, width]
        let table = try surroundings.vector(TensorName.positions, shape: shape) ?? []
        for index in rows.indices { rows[index] += table[index % (patches * width)] }
    }

    private mutating func addSinks(_ description: ModelDescription, _ surroundings: Surroundings) throws {
        guard sinks > 0 else { return }
        let width = description.trunk.width
        let own = try surroundings.vector(TensorName.sinks, shape: [sinks, width]) ?? []
        let length = patches * width
        var joined: [Float] = []
        joined.reserveCapacity(contexts * (own.count + length))
        for context in 0..<contexts {
            joined += own
            joined += rows[context * length..<(context + 1) * length]
        }
        rows = joined
    }
}

/// A model's projection of patches, in double precision: the same on every machine.
private struct Projection {
    private let layers: [(columns: Int, weights: [Float], bias: [Float])]

    init(_ description: ModelDescription, _ surroundings: Surroundings) throws {
        layers = try description.matrices.filter { [TensorName.patchHidden, TensorName.patch].contains($0.name) }.map {
            let (weights, bias) = try surroundings.matrix($0)
            return ($0.columns, weights, bias)
        }
    }

    func row(_ patch: [Float]) -> [Float] {
        var values = patch
        for (index, layer) in layers.enumerated() {
            values = layer.weights.withUnsafeBufferPointer { weights in
                layer.bias.indices.map { row in
                    var sum = 0.0
                    for column in 0..<layer.columns {
                        sum += Double(weights[row * layer.columns + column]) * Double(values[column])
                    }
                    return Float(sum + Double(layer.bias[row]))
                }
            }
            if index < layers.count - 1 { values = values.map { Float(Self.gelu(Double($0))) } }
        }
        return values
    }

    /// By its tanh approximation, `x / (1 + exp(-2 u))`.
    private static func gelu(_ x: Double) -> Double {
        let u = 0.7978845608028654 * (x + 0.044715 * x * x * x)
        return x / (1 + exponential(max(-700, min(700, -2 * u))))
    }

    /// By powers of two and a Taylor polynomial, from sums and products alone: a C library's is not the same
    /// everywhere.
    private static func exponential(_ x: Double) -> Double {
        let power = (x * 1.4426950408889634).rounded(.toNearestOrEven)
        // ln 2 in two parts, the first of which has few bits.
        let rest = (x - power * 0.693145751953125) - power * 1.4286068203094173e-06
        var sum = 1.0
        for degree in stride(from: 14.0, to: 0, by: -1) { sum = 1 + sum * rest / degree }
        return Double(sign: .plus, exponent: Int(power), significand: 1) * sum
    }
}
