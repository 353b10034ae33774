/// Weights of one channel that share a group scale, on their way to a few bits.
///
/// They are scaled to about 1, so that their squares neither overflow nor vanish.
struct WeightGroup {
    /// What the weights' number must be a multiple of; zeros fill the rest, and lose nothing.
    static let lanes = 8

    private typealias Lanes = SIMD8<Float>
    /// Adding and taking away 1.5 * 2^23 rounds a float of less than 2^22 to the nearest integer, ties to even.
    private static let rounder: Float = 0x1.8p23

    private let weights: UnsafePointer<Float>
    private let count: Int
    private let levels: ClosedRange<Float>
    /// Largest magnitude.
    let largest: Float

    init(_ weights: UnsafePointer<Float>, count: Int, levels: ClosedRange<Float>) {
        self.weights = weights
        self.count = count
        self.levels = levels
        largest = (0..<count).reduce(0) { max($0, abs(weights[$1])) }
    }

    /// The step at which the largest magnitude becomes the largest level.
    var plainStep: Float { largest / levels.upperBound }

    /// Squared error when weights are multiples of a step.
    func noise(_ step: Float) -> Float {
        var noise = Lanes.zero
        let inverse = 1 / step
        for start in stride(from: 0, to: count, by: Self.lanes) {
            let (weights, levels) = rounded(start, inverse)
            let difference = weights - levels * step
            noise += difference * difference
        }
        return noise.sum()
    }

    /// The sums whose quotient is the step that fits the levels at this step best: weights times levels, and levels
    /// squared.
    func fit(_ step: Float) -> (product: Float, square: Float) {
        var (product, square) = (Lanes.zero, Lanes.zero)
        let inverse = 1 / step
        for start in stride(from: 0, to: count, by: Self.lanes) {
            let (weights, levels) = rounded(start, inverse)
            product += weights * levels
            square += levels * levels
        }
        return (product.sum(), square.sum())
    }

    /// - Parameter levels: as many as are not padding, written.
    func quantize(_ step: Float, into levels: UnsafeMutableBufferPointer<Int8>) {
        let inverse = 1 / step
        for start in stride(from: 0, to: levels.count, by: Self.lanes) {
            rounded(start, inverse).levels.write(to: levels, at: start)
        }
    }

    @inline(__always)
    private func rounded(_ start: Int, _ inverse: Float) -> (weights: Lanes, levels: Lanes) {
        let weights = UnsafeRawPointer(weights + start).loadUnaligned(as: Lanes.self)
        var levels = weights * inverse
        let (least, most) = (self.levels.lowerBound, self.levels.upperBound)
        levels.replace(with: Lanes(repeating: most), where: levels .> most)
        levels.replace(with: Lanes(repeating: least), where: levels .< least)
        return (weights, (levels + Self.rounder) - Self.rounder)
    }
}

extension SIMD8<Float> {
    /// Writes whole numbers in -128...127, as many as there is room for.
    @inline(__always)
    func write(to levels: UnsafeMutableBufferPointer<Int8>, at start: Int) {
        // Added to 1.5 * 2^23, a whole number is in the lowest bits.
        let bits = unsafeBitCast(self + 0x1.8p23, to: SIMD8<Int32>.self)
        if start + 8 <= levels.count {
            for lane in 0..<8 { levels[start + lane] = Int8(truncatingIfNeeded: bits[lane]) }
        } else {
            for lane in 0..<levels.count - start { levels[start + lane] = Int8(truncatingIfNeeded: bits[lane]) }
        }
    }
}
