import TacitModelFile

/// What levels and group scales there are to choose from.
struct GroupedGrid {
    let groupSize: Int
    let levels: ClosedRange<Float>
    /// Steps of a group that are tried, as shares of the one at which its largest magnitude becomes the largest level.
    let shares: ClosedRange<Float>
    /// Of a real channel.
    let groupScales: ClosedRange<Int>

    /// Few levels gain by clipping the largest weight.
    static func int4(groupSize: Int) -> GroupedGrid {
        GroupedGrid(groupSize: groupSize, levels: -8...7, shares: 0.5...1.1, groupScales: Int4Panels.groupScales)
    }

    /// Many lose by it nearly always.
    static let int8 = GroupedGrid(
        groupSize: Int8GroupPanels.groupColumns, levels: -127...127, shares: 0.97...1.03,
        groupScales: Int8GroupPanels.groupScales)
}

/// Chooses levels, one scale a channel and one small integer a group of its weights along K, such that the squared
/// error is as small as a search finds it (round to nearest: no weight makes up for another's error).
package enum GroupedQuantizer {
    /// How scales are chosen. `searched` is what models are made with; the other is there to be compared with it.
    package enum Method: CaseIterable, Sendable {
        /// The largest magnitude of each group becomes the largest level, as nearly as the format allows.
        case plain
        /// The scales with the smallest squared error.
        case searched
    }

    /// What became of a matrix.
    package struct Result: Sendable {
        /// `[rows][columns]`, in the grid's levels.
        package let levels: [Int8]
        /// `[rows][groups]`, in the grid's group scales.
        package let groupScales: [UInt8]
        /// `[rows]`.
        package let scales: [Float]
        /// Sum of the squared weights, and of the squared errors; nothing where it was not measured.
        package let error: QuantizationError

        /// What is left of each weight, `[rows][columns]`.
        func rest(of weights: [Float], columns: Int, groupSize: Int) -> [Float] {
            let groups = (columns + groupSize - 1) / groupSize
            var rest = weights
            for index in rest.indices {
                let (row, column) = index.quotientAndRemainder(dividingBy: columns)
                let level = Int(levels[index]) * Int(groupScales[row * groups + column / groupSize])
                rest[index].addProduct(-scales[row], Float(level))
            }
            return rest
        }
    }

    /// - Parameters:
    ///   - weights: `[rows][columns]`, finite.
    ///   - rows: output channels.
    ///   - columns: weights of a channel.
    ///   - grid: what there is to choose from.
    ///   - method: how scales are chosen.
    ///   - measuresError: whether the result is to tell of its error.
    static func quantize(
        _ weights: [Float], rows: Int, columns: Int, grid: GroupedGrid, method: Method = .searched,
        measuresError: Bool = true
    ) -> Result {
        let groups = (columns + grid.groupSize - 1) / grid.groupSize
        let found = QuantizedChannels(weights, rows: rows, columns: columns, groups: groups) {
            weights, levels, groupScales in
            let channel = GroupedChannel(weights, grid)
            let scale = channel.quantize(method, into: levels, groupScales: groupScales)
            guard measuresError else { return (scale, QuantizationError()) }
            return (scale, channel.error(of: levels, groupScales: groupScales, scale: scale))
        }
        return Result(
            levels: found.levels, groupScales: found.groupScales, scales: found.scales, error: found.error)
    }
}
