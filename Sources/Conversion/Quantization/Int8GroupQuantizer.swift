import TacitModelFile

/// Chooses int8 levels with scales of groups, as `Int4Quantizer` does its own: for trunks whose weights or activations
/// have outliers.
package struct Int8GroupQuantizer: Quantizer {
    let encoding = MatrixEncoding.int8Groups

    func pack(_ weights: [Float], rows: Int, columns: Int, bias: [Float]?) -> (PackedMatrix, QuantizationError) {
        let result = Self.quantize(weights, rows: rows, columns: columns)
        return (
            MatrixPacker.int8Groups(
                result.levels, groupScales: result.groupScales, scales: result.scales, rows: rows, columns: columns,
                bias: bias), result.error
        )
    }

    /// - Parameters:
    ///   - weights: `[rows][columns]`, finite.
    ///   - rows: output channels.
    ///   - columns: weights of a channel.
    ///   - method: how scales are chosen.
    ///   - measuresError: whether the result is to tell of its error.
    package static func quantize(
        _ weights: [Float], rows: Int, columns: Int, method: GroupedQuantizer.Method = .searched,
        measuresError: Bool = true
    ) -> GroupedQuantizer.Result {
        GroupedQuantizer.quantize(
            weights, rows: rows, columns: columns, grid: .int8, method: method, measuresError: measuresError)
    }
}
