import Dispatch
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

    /// How scales are chosen. `searched` is what models are made with; the other is there to be compared with it.
    package enum Method: CaseIterable, Sendable {
        /// The largest magnitude of each group becomes 7, as nearly as the format allows.
        case plain
        /// The scales with the smallest squared error.
        case searched
    }

    /// What became of a matrix.
    package struct Result: Sendable {
        /// `[rows][columns]`, in `Int4Panels.levels`.
        package let levels: [Int8]
        /// `[rows][groups]`, in `Int4Panels.groupScales`.
        package let groupScales: [UInt8]
        /// `[rows]`.
        package let scales: [Float]
        /// Sum of the squared weights, and of the squared errors.
        package let error: QuantizationError
    }

    /// - Parameters:
    ///   - weights: `[rows][columns]`, finite.
    ///   - rows: output channels.
    ///   - columns: weights of a channel.
    ///   - groupSize: one of `Int4Panels.groupSizes`.
    ///   - method: how scales are chosen.
    package static func quantize(
        _ weights: [Float], rows: Int, columns: Int, groupSize: Int, method: Method = .searched
    ) -> Result {
        precondition(weights.count == rows * columns && Int4Panels.groupSizes.contains(groupSize))
        let groups = Int4Panels.groups(columns, groupSize: groupSize)
        var levels = [Int8](repeating: 0, count: weights.count)
        var groupScales = [UInt8](repeating: 0, count: rows * groups)
        var scales = [Float](repeating: 0, count: rows)
        var errors = [QuantizationError](repeating: QuantizationError(), count: rows)
        weights.withUnsafeBufferPointer { weights in
            levels.withUnsafeMutableBufferPointer { levels in
                groupScales.withUnsafeMutableBufferPointer { groupScales in
                    scales.withUnsafeMutableBufferPointer { scales in
                        errors.withUnsafeMutableBufferPointer { errors in
                            // Each row writes only what is its own.
                            nonisolated(unsafe) let (weights, levels, groupScales) = (weights, levels, groupScales)
                            nonisolated(unsafe) let (scales, errors) = (scales, errors)
                            DispatchQueue.concurrentPerform(iterations: rows) { row in
                                let range = row * columns..<(row + 1) * columns
                                let channel = Int4Channel(
                                    UnsafeBufferPointer(rebasing: weights[range]), groupSize: groupSize)
                                let own = UnsafeMutableBufferPointer(rebasing: levels[range])
                                let ownScales = UnsafeMutableBufferPointer(
                                    rebasing: groupScales[row * groups..<(row + 1) * groups])
                                scales[row] = channel.quantize(method, into: own, groupScales: ownScales)
                                errors[row] = channel.error(of: own, groupScales: ownScales, scale: scales[row])
                            }
                        }
                    }
                }
            }
        }
        return Result(
            levels: levels, groupScales: groupScales, scales: scales,
            error: errors.reduce(into: QuantizationError()) { $0 += $1 })
    }
}
