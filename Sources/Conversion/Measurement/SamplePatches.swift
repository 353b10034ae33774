import TacitModelFile

/// Made-up patches as a trunk meets them: white noise through the model's own projection, or tokens drawn from its
/// codebooks, with the positions that belong to it. A seed's are always the same ones.
struct SamplePatches {
    /// Contexts side by side, unless more are wanted.
    static let contexts = 8
    /// Most patches of a context: outliers sit at its beginning.
    static let longest = 48
    static let seed: UInt64 = 0
    /// Of patches that no weights are fitted to.
    static let unseenSeed: UInt64 = 1

    let patches: Int
    /// `[contexts][patches][width]`.
    private(set) var rows: [Float] = []

    init(
        _ description: ModelDescription, _ surroundings: Surroundings, contexts: Int = Self.contexts,
        longest: Int = Self.longest, seed: UInt64 = Self.seed
    ) throws {
        let width = description.trunk.width
        patches = min(description.input.window, longest)
        var random = MadeUpNumbers(seed: seed)
        if case .tokens(let input) = description.input {
            rows = [Float](repeating: 0, count: contexts * patches * width)
            for book in 0..<input.codebooks {
                let shape = [input.vocabulary, width]
                let table = try surroundings.vector(TensorName.codebook(book), shape: shape) ?? []
                for row in 0..<contexts * patches {
                    let id = Int.random(in: 0..<input.vocabulary, using: &random)
                    for element in 0..<width { rows[row * width + element] += table[id * width + element] }
                }
            }
        } else {
            let shapes = description.matrices.filter { [TensorName.patchHidden, TensorName.patch].contains($0.name) }
            let layers = try shapes.map { (columns: $0.columns, values: try surroundings.matrix($0)) }
            for _ in 0..<contexts * patches {
                // Deviation 1, as front ends leave their patches where they know their data.
                let deviation = 3.0.squareRoot()
                var values = (0..<description.input.patchSize).map { _ in Float(random.uniform() * deviation) }
                for (index, layer) in layers.enumerated() {
                    values = Self.product(layer.values.weights, layer.values.bias, columns: layer.columns, values)
                    // In the place of GELU, whose exponential is not the same on every machine.
                    if index < layers.count - 1 { values = values.map { max(0, $0) } }
                }
                rows += values
            }
        }
        guard description.trunk.positions == .table else { return }
        let shape = [description.input.window, width]
        let table = try surroundings.vector(TensorName.positions, shape: shape) ?? []
        for index in rows.indices { rows[index] += table[index % (patches * width)] }
    }

    private static func product(_ weights: [Float], _ bias: [Float], columns: Int, _ input: [Float]) -> [Float] {
        weights.withUnsafeBufferPointer { weights in
            bias.indices.map { row in
                var sum = 0.0
                for column in 0..<columns { sum += Double(weights[row * columns + column]) * Double(input[column]) }
                return Float(sum + Double(bias[row]))
            }
        }
    }
}
