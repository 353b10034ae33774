import TacitModelFile

/// Int4 by `GroupedQuantizer`, in one plane or in two, the second of what the first leaves.
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
        pack(weights, rows: rows, columns: columns, bias: bias) {
            Self.quantize($0, rows: rows, columns: columns, groupSize: groupSize)
        }
    }

    /// - Parameter last: quantizes what the planes before the last one leave of the weights, which is all that the
    ///   matrix will be off by.
    func pack(
        _ weights: [Float], rows: Int, columns: Int, bias: [Float]?, last: ([Float]) throws -> Result
    ) rethrows -> (PackedMatrix, QuantizationError) {
        var (found, rest) = ([Result](), weights)
        for _ in 1..<planes {
            let plane = Self.quantize(rest, rows: rows, columns: columns, groupSize: groupSize)
            rest = plane.rest(of: rest, columns: columns, groupSize: groupSize)
            found.append(plane)
        }
        found.append(try last(rest))
        var error = found[0].error
        error.noise = found[found.count - 1].error.noise
        return (
            MatrixPacker.int4(
                planes: found.map { ($0.levels, $0.groupScales, $0.scales) }, rows: rows, columns: columns,
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
