import Dispatch
import TacitModelFile

/// Chooses int4 levels such that the outputs are off as little as may be, not the weights: each column's errors are
/// made up for by the columns after it (Frantar et al. 2022, "GPTQ", algorithm 1), columns with the largest inputs
/// first. Scales are those that `Int4Quantizer` finds.
package enum GPTQQuantizer {
    /// Rows that one thread takes at a time.
    private static let rowsTogether = 16
    /// Columns whose errors reach those beyond them at once.
    private static let blockColumns = 32
    /// Lanes of a vector.
    private static let lanes = 4

    /// - Parameters:
    ///   - weights: `[rows][columns]`, finite.
    ///   - rows: output channels.
    ///   - columns: weights of a channel.
    ///   - groupSize: one of `Int4Panels.groupSizes`.
    ///   - inputs: `[any number][columns]`: what the matrix is multiplied by. Where these tell nothing, since they are
    ///     no numbers or all 0, weights are rounded each by itself.
    /// - Throws: `TacitError` if OpenBLAS can't be had.
    package static func quantize(
        _ weights: [Float], rows: Int, columns: Int, groupSize: Int, inputs: [Float]
    ) throws -> GroupedQuantizer.Result {
        precondition(weights.count == rows * columns)
        let nearest = Int4Quantizer.quantize(weights, rows: rows, columns: columns, groupSize: groupSize)
        guard let hessian = try Hessian(inputs, size: columns), let feedback = ErrorFeedback(hessian) else {
            return nearest
        }
        var levels = nearest.levels
        let groups = Int4Panels.groups(columns, groupSize: groupSize)
        let tasks = (rows + rowsTogether - 1) / rowsTogether
        levels.withUnsafeMutableBufferPointer { levels in
            // Each task writes only the levels of its own rows.
            nonisolated(unsafe) let levels = levels
            DispatchQueue.concurrentPerform(iterations: tasks) { task in
                let range = task * rowsTogether..<min((task + 1) * rowsTogether, rows)
                let padded = columns.roundedUp(to: lanes)
                var pending = [Double](repeating: 0, count: rowsTogether * padded)
                var steps = pending
                for (index, row) in range.enumerated() {
                    for (place, column) in feedback.order.enumerated() {
                        pending[index * padded + place] = Double(weights[row * columns + column])
                        steps[index * padded + place] =
                            Double(nearest.groupScales[row * groups + column / groupSize]) * Double(nearest.scales[row])
                    }
                }
                round(&pending, steps, stride: padded, feedback)
                for (index, row) in range.enumerated() {
                    for (place, column) in feedback.order.enumerated() {
                        levels[row * columns + column] = Int8(pending[index * padded + place])
                    }
                }
            }
        }
        return GroupedQuantizer.Result(
            levels: levels, groupScales: nearest.groupScales, scales: nearest.scales,
            error: error(weights, levels, nearest, columns: columns, groupSize: groupSize))
    }

    /// - Parameters:
    ///   - pending: `[rowsTogether][stride]`: weights in the feedback's order; becomes their levels.
    ///   - steps: what one level is; 0 where there is nothing but zeros.
    private static func round(
        _ pending: inout [Double], _ steps: [Double], stride: Int, _ feedback: ErrorFeedback
    ) {
        let size = feedback.size
        let (least, most) = (Double(Int4Panels.levels.lowerBound), Double(Int4Panels.levels.upperBound))
        let original = pending
        var errors = [Double](repeating: 0, count: rowsTogether * blockColumns)
        pending.withUnsafeMutableBufferPointer { pending in
            feedback.factors.withUnsafeBufferPointer { factors in
                guard let pending = pending.baseAddress, let factors = factors.baseAddress else { return }
                for first in Swift.stride(from: 0, to: size, by: blockColumns) {
                    let end = min(first + blockColumns, size)
                    for row in 0..<rowsTogether {
                        let own = pending + row * stride
                        for column in first..<end {
                            let step = steps[row * stride + column]
                            let level =
                                step > 0
                                ? max(least, min(most, (own[column] / step).rounded(.toNearestOrEven))) : 0
                            let error = original[row * stride + column] - level * step
                            errors[row * blockColumns + column - first] = error
                            own[column] = level
                            let line = factors + column * size
                            for next in column + 1..<max(end, column + 1) { own[next] += error * line[next] }
                        }
                    }
                    errors.withUnsafeBufferPointer { errors in
                        guard let errors = errors.baseAddress else { return }
                        spread(errors, count: end - first, factors + first * size, size, from: end, pending, stride)
                    }
                }
            }
        }
    }

    /// Adds what the errors of a block's columns mean for those beyond it.
    private static func spread(
        _ errors: UnsafePointer<Double>, count: Int, _ factors: UnsafePointer<Double>, _ size: Int, from first: Int,
        _ pending: UnsafeMutablePointer<Double>, _ stride: Int
    ) {
        typealias Lanes = SIMD4<Double>
        for row in Swift.stride(from: 0, to: rowsTogether, by: 4) {
            let own = pending + row * stride
            let error = errors + row * blockColumns
            var column = first
            while column + lanes <= size {
                func load(_ pointer: UnsafePointer<Double>) -> Lanes {
                    UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
                }
                func store(_ value: Lanes, _ pointer: UnsafeMutablePointer<Double>) {
                    UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: Lanes.self)
                }
                let place = own + column
                var (a, b) = (load(place), load(place + stride))
                var (c, d) = (load(place + 2 * stride), load(place + 3 * stride))
                for index in 0..<count {
                    let factor = load(factors + index * size + column)
                    a += error[index] * factor
                    b += error[blockColumns + index] * factor
                    c += error[2 * blockColumns + index] * factor
                    d += error[3 * blockColumns + index] * factor
                }
                store(a, place)
                store(b, place + stride)
                store(c, place + 2 * stride)
                store(d, place + 3 * stride)
                column += lanes
            }
            while column < size {
                for line in 0..<4 {
                    for index in 0..<count {
                        own[line * stride + column] +=
                            error[line * blockColumns + index] * factors[index * size + column]
                    }
                }
                column += 1
            }
        }
    }

    private static func error(
        _ weights: [Float], _ levels: [Int8], _ scales: GroupedQuantizer.Result, columns: Int, groupSize: Int
    ) -> QuantizationError {
        let groups = Int4Panels.groups(columns, groupSize: groupSize)
        var error = QuantizationError()
        for (index, weight) in weights.enumerated() {
            let (row, column) = index.quotientAndRemainder(dividingBy: columns)
            let level = Int(levels[index]) * Int(scales.groupScales[row * groups + column / groupSize])
            let difference = Double(weight) - Double(level) * Double(scales.scales[row])
            error.signal += Double(weight) * Double(weight)
            error.noise += difference * difference
        }
        return error
    }
}
