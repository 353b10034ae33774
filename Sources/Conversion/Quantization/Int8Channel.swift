import Glibc
import TacitModelFile

/// One output channel on its way to int8.
struct Int8Channel {
    /// Candidates of the first search, from the unclipped scale down to this share of it, and of the finer one around
    /// the best.
    private static let coarse = 20
    private static let fine = 8
    private static let smallestShare: Float = 0.4

    private let count: Int
    /// Stretches of 8 columns, zeros where the channel ends.
    private let stretches: [SIMD8<Float>]

    init(_ weights: UnsafeBufferPointer<Float>) {
        count = weights.count
        stretches = stride(from: 0, to: weights.count, by: 8).map { start in
            if start + 8 <= weights.count, let base = weights.baseAddress {
                return UnsafeRawPointer(base + start).loadUnaligned(as: SIMD8<Float>.self)
            }
            var stretch = SIMD8<Float>.zero
            for index in start..<weights.count { stretch[index - start] = weights[index] }
            return stretch
        }
    }

    /// - Parameter levels: one a weight, written.
    /// - Returns: the scale; 0 for a channel without weight.
    func quantize(_ method: Int8Quantizer.Method, into levels: UnsafeMutableBufferPointer<Int8>) -> Float {
        let largest = largest
        let plain = largest / Float(Int8Panels.maximum)
        let unclipped = max(plain, largestSum / Float(Int8Panels.maximumSum))
        guard plain >= .leastNormalMagnitude, unclipped.isFinite else {
            levels.update(repeating: 0)
            return 0
        }
        switch method {
        case .plain:
            for index in 0..<count {
                let level = (weight(index) / plain).rounded(.toNearestOrEven)
                levels[index] = Int8(max(-127, min(127, level)))
            }
            return plain
        case .unclipped:
            // Rounding may bring a four that just fits over the edge: then it is moved, as everywhere.
            round(unclipped, into: levels)
            return unclipped
        case .searched:
            return search(unclipped, into: levels)
        }
    }

    /// Squares of weights and of their errors.
    func error(of levels: UnsafeMutableBufferPointer<Int8>, scale: Float) -> QuantizationError {
        var error = QuantizationError()
        for index in 0..<count {
            let weight = Double(weight(index))
            let difference = weight - Double(levels[index]) * Double(scale)
            error.signal += weight * weight
            error.noise += difference * difference
        }
        return error
    }

    private func weight(_ index: Int) -> Float {
        stretches[index / 8][index % 8]
    }

    /// The greatest magnitude.
    private var largest: Float {
        var largest = SIMD8<Float>.zero
        for stretch in stretches { largest = Self.greater(largest, Self.greater(stretch, -stretch)) }
        return largest.max()
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
        round(best.scale, into: levels)
        return refitted(levels, best.scale)
    }

    /// The scale that fits given levels best: the minimum of `|w - s q|^2` lies at `<w, q> / <q, q>`.
    private func refitted(_ levels: UnsafeMutableBufferPointer<Int8>, _ scale: Float) -> Float {
        var product = 0.0
        var square = 0.0
        for index in 0..<count {
            product += Double(weight(index)) * Double(levels[index])
            square += Double(levels[index]) * Double(levels[index])
        }
        let fitted = Float(product / square)
        guard square > 0, fitted.isFinite, fitted >= .leastNormalMagnitude else { return scale }
        return error(of: levels, scale: fitted).noise <= error(of: levels, scale: scale).noise ? fitted : scale
    }

    /// Largest magnitude that the weights of one sign in a four come to.
    private var largestSum: Float {
        var largest = SIMD2<Float>.zero
        for stretch in stretches {
            let positive = Self.sums(Self.greater(stretch, .zero))
            let negative = -Self.sums(Self.lesser(stretch, .zero))
            largest.replace(with: positive, where: positive .> largest)
            largest.replace(with: negative, where: negative .> largest)
        }
        return largest.max()
    }

    /// The greater of two numbers in each lane, and the lesser: the standard library's `pointwiseMax` looks at one lane
    /// after another.
    @inline(__always)
    private static func greater(_ left: SIMD8<Float>, _ right: SIMD8<Float>) -> SIMD8<Float> {
        left.replacing(with: right, where: right .> left)
    }

    @inline(__always)
    private static func lesser(_ left: SIMD8<Float>, _ right: SIMD8<Float>) -> SIMD8<Float> {
        left.replacing(with: right, where: right .< left)
    }

    /// Of each of a stretch's two fours, columns 0, 1, 4, 5 and 2, 3, 6, 7.
    @inline(__always)
    private static func sums(_ stretch: SIMD8<Float>) -> SIMD2<Float> {
        let pairs = stretch.evenHalf + stretch.oddHalf
        return pairs.lowHalf + pairs.highHalf
    }

    /// Squared error at a scale.
    private func noise(_ scale: Float) -> Double {
        var noise = 0.0
        let inverse = 1 / scale
        for stretch in stretches {
            let difference = stretch - Self.levels(stretch * inverse) * scale
            noise += Double((difference * difference).sum())
        }
        return noise
    }

    /// Rounds all weights at a scale.
    private func round(_ scale: Float, into levels: UnsafeMutableBufferPointer<Int8>) {
        let inverse = 1 / scale
        for (index, stretch) in stretches.enumerated() {
            Self.levels(stretch * inverse).write(to: levels, at: 8 * index)
        }
    }

    /// The nearest levels that keep the rule of fours.
    @inline(__always)
    private static func levels(_ scaled: SIMD8<Float>) -> SIMD8<Float> {
        let rounded = rounded(scaled)
        let bound = SIMD8<Float>(repeating: Float(Int8Panels.maximum))
        let levels = greater(lesser(rounded, bound), -bound)
        let sums = SIMD4(lowHalf: Self.sums(greater(levels, .zero)), highHalf: -Self.sums(lesser(levels, .zero)))
        guard any(sums .> Float(Int8Panels.maximumSum)) else { return levels }
        return moved(scaled, rounded, levels, sums)
    }

    /// To whole numbers, ties to even, for magnitudes up to 2^22: beyond 2^23 floats have no fractions left.
    @inline(__always)
    private static func rounded(_ values: SIMD8<Float>) -> SIMD8<Float> {
        (values + 0x1.8p23) - 0x1.8p23
    }

    /// Levels whose fours come to more than the greatest sum in one sign, brought down to it.
    ///
    /// Taking one from the magnitude q of x adds `2 (x - q) + 1` to the squared error, the more the further q is down
    /// already: so the sum that is to be got rid of goes in steps of one, each where it costs least, and what comes of
    /// it is the nearest there is.
    private static func moved(
        _ scaled: SIMD8<Float>, _ rounded: SIMD8<Float>, _ levels: SIMD8<Float>, _ sums: SIMD4<Float>
    ) -> SIMD8<Float> {
        var levels = levels
        for index in 0..<4 where sums[index] > Float(Int8Panels.maximumSum) {
            let sign: Float = index < 2 ? 1 : -1
            let columns = SIMD4<Int>(0, 1, 4, 5) &+ 2 * (index % 2)
            var four = SIMD4<Float>.zero
            var whole = SIMD4<Float>.zero
            var exact = SIMD4<Float>.zero
            for place in 0..<4 where sign * levels[columns[place]] > 0 {
                exact[place] = sign * scaled[columns[place]]
                whole[place] = sign * rounded[columns[place]]
                four[place] = sign * levels[columns[place]]
            }
            reduce(&four, whole, exact, sums[index] - Float(Int8Panels.maximumSum))
            for place in 0..<4 where sign * levels[columns[place]] > 0 { levels[columns[place]] = sign * four[place] }
        }
        return levels
    }

    /// - Parameter four: magnitudes, at most 127 and else `whole`, which are `exact` rounded.
    private static func reduce(
        _ four: inout SIMD4<Float>, _ whole: SIMD4<Float>, _ exact: SIMD4<Float>, _ excess: Float
    ) {
        var excess = excess
        // Many steps at once: all that cost less than a bound, as long as these are not too many.
        var depth: Float = 0
        while excess > 0 {
            let bearers = Float((0..<4).count { four[$0] > 0 })
            let jump = (excess / bearers).rounded(.down)
            guard jump > 0 else { break }
            depth += jump
            let lower = pointwiseMax(.zero, pointwiseMin(four, whole - depth))
            excess -= (four - lower).sum()
            four = lower
        }
        while excess > 0 {
            var cheapest = -1
            for place in 0..<4 where four[place] > 0 {
                if cheapest < 0 || exact[place] - four[place] < exact[cheapest] - four[cheapest] { cheapest = place }
            }
            four[cheapest] -= 1
            excess -= 1
        }
    }
}
