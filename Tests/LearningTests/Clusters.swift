import TacitLearning
import TacitTestSupport

/// Examples made up of clouds in a space of few dimensions, so that what must be learned is plain.
struct Clusters {
    static let width = 24

    /// One a class, each of length 1.
    let centres: [[Float]]
    private let spread: Float
    private var random: RandomNumbers

    init(_ count: Int, spread: Float = 0.15, seed: UInt64) {
        var random = RandomNumbers(seed: seed)
        centres = (0..<count).map { _ in Self.unit((0..<Self.width).map { _ in Self.normal(&random) }) }
        self.spread = spread
        self.random = random
    }

    /// A point near a class's centre; far from all without one.
    mutating func point(_ index: Int?) -> [Float] {
        guard let index else { return Self.unit((0..<Self.width).map { _ in Self.normal(&random) }) }
        return Self.unit(centres[index].map { $0 + spread * Self.normal(&random) })
    }

    mutating func example(_ index: Int?, copies: Int = 3, clip: Clip? = nil) -> Example {
        Example(rows: (0..<copies).flatMap { _ in point(index) }, clip: clip)
    }

    mutating func examples(_ index: Int?, count: Int) -> [Example] {
        (0..<count).map { _ in example(index) }
    }

    static let model = TaughtModelIdentity(
        digest: String(repeating: "0123456789abcdef", count: 4), name: "model.gguf", width: width)

    static func unit(_ vector: [Float]) -> [Float] {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return vector.map { $0 / length }
    }

    /// Twelve uniform numbers less six.
    private static func normal(_ random: inout RandomNumbers) -> Float {
        (0..<12).reduce(Float(-6)) { sum, _ in sum + Float.random(in: 0..<1, using: &random) }
    }
}

extension LearnedLabels {
    /// What a plane says of a point: above 0 on the side of what was taught.
    func distance(_ plane: Int, of point: [Float]) -> Float {
        let weights = classifiers.weights[plane * point.count..<(plane + 1) * point.count]
        return zip(weights, point).reduce(classifiers.biases[plane]) { $0 + $1.0 * $1.1 }
    }
}
