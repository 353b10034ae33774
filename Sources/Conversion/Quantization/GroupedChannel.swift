import TacitModelFile

/// One output channel on its way to levels with scales of groups.
struct GroupedChannel {
    /// How far a group's scale may move once the channel's is refitted.
    private static let refitReach = 3

    /// A channel scale, and what comes of it.
    private struct Choice {
        var scale: Float
        var groupScales: [UInt8]
        var noise: Double
    }

    private let weights: UnsafeBufferPointer<Float>
    private let grid: GroupedGrid
    /// The largest magnitude's power of two.
    private let exponent: Int
    private let largest: Float
    private let groups: Int

    init(_ weights: UnsafeBufferPointer<Float>, _ grid: GroupedGrid) {
        self.weights = weights
        self.grid = grid
        largest = weights.reduce(0) { max($0, abs($1)) }
        exponent = largest > 0 ? Int(largest.exponent) : 0
        groups = (weights.count + grid.groupSize - 1) / grid.groupSize
    }

    /// - Parameter levels: one a weight, written.
    /// - Parameter groupScales: one a group, written.
    /// - Returns: the channel's scale; 0 for a channel without weight, whose levels are 0 then.
    func quantize(
        _ method: GroupedQuantizer.Method, into levels: UnsafeMutableBufferPointer<Int8>,
        groupScales: UnsafeMutableBufferPointer<UInt8>
    ) -> Float {
        levels.update(repeating: 0)
        groupScales.update(repeating: 1)
        // A refitted scale is more than half the plain one.
        let least = largest / grid.levels.upperBound / Float(grid.groupScales.upperBound)
        guard least >= 2 * .leastNormalMagnitude else { return 0 }
        return withGroups { groups in
            let plain = plain(groups)
            var choice = plain
            if method == .searched {
                choice = search(groups, from: plain.scale)
                // The search adds up floats; what counts are the levels that come of it.
                if exactNoise(choice, groups, levels) > exactNoise(plain, groups, levels) { choice = plain }
            }
            write(choice, groups, levels)
            _ = groupScales.update(fromContentsOf: choice.groupScales)
            return Float(sign: .plus, exponent: exponent, significand: choice.scale)
        }
    }

    /// Squares of weights and of their errors.
    func error(
        of levels: UnsafeMutableBufferPointer<Int8>, groupScales: UnsafeMutableBufferPointer<UInt8>, scale: Float
    ) -> QuantizationError {
        var error = QuantizationError()
        for group in 0..<groups {
            let groupScale = Int(groupScales[group])
            for index in group * grid.groupSize..<min((group + 1) * grid.groupSize, weights.count) {
                let weight = Double(weights[index])
                let difference = weight - Double(Int(levels[index]) * groupScale) * Double(scale)
                error.signal += weight * weight
                error.noise += difference * difference
            }
        }
        return error
    }

    /// The groups of the channel with its largest magnitude brought to 1..<2.
    private func withGroups<Result>(_ body: ([WeightGroup]) -> Result) -> Result {
        let padded = weights.count.roundedUp(to: WeightGroup.lanes)
        let factor = Double(sign: .plus, exponent: -exponent, significand: 1)
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: padded) { scaled in
            scaled.initialize(repeating: 0)
            for (index, weight) in weights.enumerated() { scaled[index] = Float(Double(weight) * factor) }
            guard let base = UnsafePointer(scaled.baseAddress) else { return body([]) }
            return body(
                (0..<groups).map { group in
                    let start = group * grid.groupSize
                    return WeightGroup(
                        base + start, count: min(grid.groupSize, padded - start), levels: grid.levels)
                })
        }
    }

    /// The largest magnitude of each group becomes the largest level, as nearly as group scales allow.
    private func plain(_ groups: [WeightGroup]) -> Choice {
        let top = grid.groupScales.upperBound
        let scale = (groups.map(\.plainStep).max() ?? 0) / Float(top)
        return Choice(
            scale: scale,
            groupScales: groups.map { groupScale(($0.plainStep / scale).rounded(.toNearestOrEven)) }, noise: 0)
    }

    /// A channel scale's exact value hardly matters, since a group has dozens of multiples of it to choose from.
    private func search(_ groups: [WeightGroup], from scale: Float) -> Choice {
        let first = choose(scale, groups) { group in
            let step = groups[group].plainStep / scale
            let least = groupScale((step * grid.shares.lowerBound).rounded(.down))
            return least...max(least, groupScale((step * grid.shares.upperBound).rounded(.up)))
        }
        let second = choose(refitted(first, groups), groups) { group in
            let scale = Int(first.groupScales[group])
            return UInt8(max(1, scale - Self.refitReach))...UInt8(min(127, scale + Self.refitReach))
        }
        return second.noise < first.noise ? second : first
    }

    /// The best of each group's scales at a channel scale.
    private func choose(_ scale: Float, _ groups: [WeightGroup], among range: (Int) -> ClosedRange<UInt8>) -> Choice {
        var choice = Choice(scale: scale, groupScales: [], noise: 0)
        choice.groupScales.reserveCapacity(groups.count)
        for (index, group) in groups.enumerated() {
            var best = (scale: UInt8(1), noise: Float.infinity)
            if group.largest == 0 { best.noise = 0 }
            for candidate in range(index) where group.largest > 0 {
                let noise = group.noise(Float(candidate) * scale)
                if noise < best.noise { best = (candidate, noise) }
            }
            choice.groupScales.append(best.scale)
            choice.noise += Double(best.noise)
        }
        return choice
    }

    /// The scale that fits given levels and group scales best: the minimum of `|w - s g q|^2` lies at
    /// `<w, g q> / <g q, g q>`.
    private func refitted(_ choice: Choice, _ groups: [WeightGroup]) -> Float {
        var (product, square) = (0.0, 0.0)
        for (group, scale) in zip(groups, choice.groupScales) {
            let fit = group.fit(Float(scale) * choice.scale)
            product += Double(scale) * Double(fit.product)
            square += Double(scale) * Double(scale) * Double(fit.square)
        }
        let fitted = Float(product / square)
        guard square > 0, fitted > choice.scale / 2, fitted < choice.scale * 2 else { return choice.scale }
        return fitted
    }

    private func write(_ choice: Choice, _ groups: [WeightGroup], _ levels: UnsafeMutableBufferPointer<Int8>) {
        for (index, group) in groups.enumerated() {
            let range = index * grid.groupSize..<min((index + 1) * grid.groupSize, levels.count)
            group.quantize(
                Float(choice.groupScales[index]) * choice.scale,
                into: UnsafeMutableBufferPointer(rebasing: levels[range]))
        }
    }

    /// Squared error of what a choice writes, of the weights as they are.
    private func exactNoise(
        _ choice: Choice, _ groups: [WeightGroup], _ levels: UnsafeMutableBufferPointer<Int8>
    ) -> Double {
        write(choice, groups, levels)
        var groupScales = choice.groupScales
        let scale = Float(sign: .plus, exponent: exponent, significand: choice.scale)
        return groupScales.withUnsafeMutableBufferPointer { error(of: levels, groupScales: $0, scale: scale).noise }
    }

    private func groupScale(_ value: Float) -> UInt8 {
        UInt8(max(Float(grid.groupScales.lowerBound), min(Float(grid.groupScales.upperBound), value)))
    }
}
