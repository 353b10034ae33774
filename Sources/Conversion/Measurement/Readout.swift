import TacitModelFile

/// What a model's head makes of a trunk's output, in double precision: the same on every machine.
struct Readout {
    private let description: ModelDescription
    private let gain: [Float]?
    private let shift: [Float]?
    /// `[labels][width]`
    private let weights: [Float]
    private let bias: [Float]

    /// nil without labels.
    init?(_ description: ModelDescription, _ surroundings: Surroundings) throws {
        guard let shape = description.matrices.first(where: { $0.name == TensorName.head }) else { return nil }
        self.description = description
        let width = [description.trunk.width]
        let hasNorm = description.hasHeadNorm
        gain = hasNorm ? try surroundings.vector("\(TensorName.headNorm).weight", shape: width) : nil
        shift = hasNorm ? try surroundings.vector("\(TensorName.headNorm).bias", shape: width) : nil
        (weights, bias) = try surroundings.matrix(shape)
    }

    /// - Parameter normed: one context's last hidden states, `[patches][width]`.
    /// - Returns: `[labels]`.
    func logits(_ normed: ArraySlice<Float>) -> [Float] {
        let width = description.trunk.width
        let patches = normed.count / width
        let read = description.pool == .last ? patches - 1..<patches : 0..<patches
        var pooled = [Double](repeating: 0, count: width)
        for patch in read {
            for element in 0..<width {
                pooled[element] += Double(normed[normed.startIndex + patch * width + element]) / Double(read.count)
            }
        }
        if let gain, let shift {
            let mean = pooled.reduce(0, +) / Double(width)
            let variance = pooled.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
            let scale = 1 / (variance + 1e-5).squareRoot()
            for element in 0..<width {
                pooled[element] = (pooled[element] - mean) * scale * Double(gain[element]) + Double(shift[element])
            }
        }
        return bias.indices.map { label in
            var sum = Double(bias[label])
            for element in 0..<width { sum += pooled[element] * Double(weights[label * width + element]) }
            return Float(sum)
        }
    }
}
