import TacitModelFile

/// Chooses int4 levels, one scale a channel and one small integer a group of its weights along K, such that the squared
/// error is as small as a search finds it (round to nearest: no weight makes up for another's error).
///
/// Every group tries all of its integers that make sense, with a channel scale at which the largest is 127. The channel
/// scale is then refitted to the levels by least squares, and the integers near the chosen ones are tried once more.
package struct Int4Quantizer: Quantizer {
    /// One of `Int4Panels.groupSizes`.
    let groupSize: Int

    var encoding: MatrixEncoding { .int4(groupSize: groupSize) }

    func pack(_ weights: [Float], rows: Int, columns: Int, bias: [Float]?) -> (PackedMatrix, QuantizationError) {
        let result = Self.quantize(weights, rows: rows, columns: columns, groupSize: groupSize)
        return (
            MatrixPacker.int4(
                result.levels, groupScales: result.groupScales, scales: result.scales, rows: rows, columns: columns,
                groupSize: groupSize, bias: bias), result.error
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
