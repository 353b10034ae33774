import Glibc
import ModelFile

/// One output channel on its way to int8.
struct Int8Channel {
    /// Candidates of the first search, from the unclipped scale down to this share of it, and of the finer one around
    /// the best.
    private static let coarse = 20
    private static let fine = 8
    private static let smallestShare: Float = 0.4

    private let weights: UnsafeBufferPointer<Float>

    init(_ weights: UnsafeBufferPointer<Float>) {
        self.weights = weights
    }

    /// - Parameter levels: one a weight, written.
    /// - Returns: the scale; 0 for a channel without weight.
    func quantize(_ method: Int8Quantizer.Method, into levels: UnsafeMutableBufferPointer<Int8>) -> Float {
        let largest = weights.reduce(0) { max($0, abs($1)) }
        let plain = largest / Float(Int8Panels.maximum)
        let unclipped = max(plain, largestPair / Float(Int8Panels.maximumPair))
        guard plain >= .leastNormalMagnitude, unclipped.isFinite else {
            levels.update(repeating: 0)
            return 0
        }
        switch method {
        case .plain:
            for (index, weight) in weights.enumerated() {
                levels[index] = Int8(max(-127, min(127, (weight / plain).rounded(.toNearestOrEven))))
            }
            return plain
        case .unclipped:
            // Rounding may bring a pair that just fits over the edge by one: then it is moved, as everywhere.
            round(unclipped) { levels[$0] = $1 }
            return unclipped
        case .searched:
            return search(unclipped, into: levels)
        }
    }

    /// Squares of weights and of their errors.
    func error(of levels: UnsafeMutableBufferPointer<Int8>, scale: Float) -> QuantizationError {
        var error = QuantizationError()
        for (index, weight) in weights.enumerated() {
            let difference = Double(weight) - Double(levels[index]) * Double(scale)
            error.signal += Double(weight) * Double(weight)
            error.noise += difference * difference
        }
        return error
    }

    private func search(_ unclipped: Float, into levels: UnsafeMutableBufferPointer<Int8>) -> Float {
        var best = (scale: unclipped, noise: Double.infinity)
        func attempt(_ scale: Float) {
            guard scale >= .leastNormalMagnitude else { return }
            let noise = noise(scale)
            if noise < best.noise { best = (scale, noise) }
        }
        let step = (1 - Self.smallestShare) / Float(Self.coarse)
        for candidate in 0...Self.coarse { attempt(unclipped * (1 - step * Float(candidate))) }
        let middle = best.scale
        for candidate in 1..<Self.fine {
            let offset = step * Float(candidate) / Float(Self.fine)
            attempt(middle + unclipped * offset)
            attempt(middle - unclipped * offset)
        }
        round(best.scale) { levels[$0] = $1 }
        return refitted(levels, best.scale)
    }

    /// The scale that fits given levels best: the minimum of `|w - s q|^2` lies at `<w, q> / <q, q>`.
    private func refitted(_ levels: UnsafeMutableBufferPointer<Int8>, _ scale: Float) -> Float {
        var product = 0.0
        var square = 0.0
        for (index, weight) in weights.enumerated() {
            product += Double(weight) * Double(levels[index])
            square += Double(levels[index]) * Double(levels[index])
        }
        let fitted = Float(product / square)
        guard square > 0, fitted.isFinite, fitted >= .leastNormalMagnitude else { return scale }
        return error(of: levels, scale: fitted).noise <= error(of: levels, scale: scale).noise ? fitted : scale
    }

    /// Largest magnitude of the sum of two neighbours.
    private var largestPair: Float {
        var largest: Float = 0
        for pair in stride(from: 0, to: weights.count - 1, by: 2) {
            largest = max(largest, abs(weights[pair] + weights[pair + 1]))
        }
        return largest
    }

    /// Squared error at a scale.
    private func noise(_ scale: Float) -> Double {
        var noise = 0.0
        round(scale) { index, level in
            let difference = weights[index] - Float(level) * scale
            noise += Double(difference * difference)
        }
        return noise
    }

    /// Rounds all weights at a scale; pairs that break the rule are moved.
    @inline(__always)
    private func round(_ scale: Float, _ emit: (Int, Int8) -> Void) {
        let inverse = 1 / scale
        var index = 0
        while index + 1 < weights.count {
            let (first, second) = (weights[index] * inverse, weights[index + 1] * inverse)
            var levels = (Self.level(first), Self.level(second))
            if abs(levels.0 + levels.1) > Float(Int8Panels.maximumPair) { levels = Self.moved(first, second) }
            emit(index, Int8(levels.0))
            emit(index + 1, Int8(levels.1))
            index += 2
        }
        if index < weights.count { emit(index, Int8(Self.level(weights[index] * inverse))) }
    }

    @inline(__always)
    private static func level(_ value: Float) -> Float {
        let bound = Float(Int8Panels.maximum)
        return max(-bound, min(bound, value.rounded(.toNearestOrEven)))
    }

    /// The nearest levels that keep the rule of pairs, for a pair of one sign that breaks it. They lie on the line where
    /// the magnitudes' sum is exactly the greatest one: any point below that line is at least as far away as the
    /// nearest one on it, since points on the line are never more than half a diagonal step aside of the foot of the
    /// perpendicular, and the next line is half a diagonal step further off.
    private static func moved(_ first: Float, _ second: Float) -> (Float, Float) {
        let sign: Float = first < 0 ? -1 : 1
        let sum = Float(Int8Panels.maximumPair)
        let bound = Float(Int8Panels.maximum)
        let foot = ((abs(first) - abs(second) + sum) / 2).rounded(.toNearestOrEven)
        let level = max(sum - bound, min(bound, foot))
        return (sign * level, sign * (sum - level))
    }
}
