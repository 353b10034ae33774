import TacitModelFile

/// Chooses int4 levels, one scale a channel and one small integer a group of its weights along K, such that the squared
/// error is as small as a search finds it (round to nearest: no weight makes up for another's error).
///
/// Every group tries all of its integers that make sense, with a channel scale at which the largest is 127. The channel
/// scale is then refitted to the levels by least squares, and the integers near the chosen ones are tried once more.
package struct Int4Quantizer: Quantizer {
    /// One of `Int4Panels.groupSizes`.
    let groupSize: Int
    /// 1 or 2.
    let planes: Int

    var encoding: MatrixEncoding {
        planes == 1 ? .int4(groupSize: groupSize) : .int4TwoPlanes(groupSize: groupSize)
    }

    func pack(_ weights: [Float], rows: Int, columns: Int, bias: [Float]?) -> (PackedMatrix, QuantizationError) {
        let first = Self.quantize(weights, rows: rows, columns: columns, groupSize: groupSize)
        return pack(first, of: weights, rows: rows, columns: columns, bias: bias)
    }

    /// The same, where the first plane is chosen already.
    func pack(
        _ first: Result, of weights: [Float], rows: Int, columns: Int, bias: [Float]?
    ) -> (PackedMatrix, QuantizationError) {
        var all = [first]
        if planes == 2 {
            let rest = first.rest(of: weights, columns: columns, groupSize: groupSize)
            all.append(Self.quantize(rest, rows: rows, columns: columns, groupSize: groupSize))
        }
        var error = first.error
        // What the last plane is off by is what is left of the weights.
        error.noise = all[all.count - 1].error.noise
        return (
            MatrixPacker.int4(
                planes: all.map { ($0.levels, $0.groupScales, $0.scales) }, rows: rows, columns: columns,
                groupSize: groupSize, bias: bias), error
        )
    }

    package typealias Method = GroupedQuantizer.Method
    package typealias Result = GroupedQuantizer.Result

    /// - Parameters:
    ///   - weights: `[rows][columns]`, finite.
    ///   - rows: output channels.
    ///   - columns: weights of a channel.
    ///   - groupSize: one of `Int4Panels.groupSizes`.
    ///   - method: how scales are chosen.
    package static func quantize(
        _ weights: [Float], rows: Int, columns: Int, groupSize: Int, method: Method = .searched
    ) -> Result {
        precondition(Int4Panels.groupSizes.contains(groupSize))
        return GroupedQuantizer.quantize(
            weights, rows: rows, columns: columns, grid: .int4(groupSize: groupSize), method: method)
    }
}
