import Dispatch

/// How the errors of columns that are quantized already move the columns after them: the unit upper triangle `U` of
/// `H = U D U'`, columns taken in a certain order.
///
/// GPTQ's update by the inverse's Cholesky factor and this one are the same (Chee et al. 2023, "QuIP", theorem 6):
/// column k is rounded after `sum of (w_j - q_j) U_jk`, j before k, has been added to it. This needs one decomposition
/// and no inverse.
///
/// In double precision, each element by one thread and in one order, so that the same comes out on every processor and
/// with any number of threads.
struct ErrorFeedback {
    /// Added to the diagonal, in terms of its mean (Frantar et al. 2022, section 3.3, who take a tenth of that): the
    /// inputs that weights are fitted to are not those that they will meet.
    static let damping = 0.1
    private static let blockColumns = 64

    let size: Int
    /// `[size]`: columns as they are taken, those first whose inputs are largest.
    let order: [Int]
    /// `[size][size]`, in that order: what of the error of the row's column is added to the column's. Above the
    /// diagonal.
    let factors: [Double]

    /// - Returns: nil where there is nothing to tell from: no input is other than 0.
    init?(_ hessian: Hessian) {
        let size = hessian.size
        let diagonal = (0..<size).map { hessian.values[$0 * size + $0] }
        let mean = diagonal.reduce(0, +) / Double(size)
        guard mean > 0, mean.isFinite else { return nil }
        let order = (0..<size).sorted { (diagonal[$1], $0) < (diagonal[$0], $1) }
        // Backwards, what is wanted is a common Cholesky decomposition.
        var lower = [Double](repeating: 0, count: size * size)
        for row in 0..<size {
            for column in 0...row {
                lower[row * size + column] = hessian.values[order[size - 1 - row] * size + order[size - 1 - column]]
            }
            lower[row * size + row] += Self.damping * mean
        }
        guard Self.decompose(&lower, size) else { return nil }
        var factors = [Double](repeating: 0, count: size * size)
        for column in 0..<size {
            let pivot = lower[(size - 1 - column) * (size + 1)]
            for row in 0..<column {
                factors[row * size + column] = lower[(size - 1 - row) * size + size - 1 - column] / pivot
            }
        }
        self.size = size
        self.order = order
        self.factors = factors
    }

    /// Cholesky's, in place, of the lower triangle.
    ///
    /// - Returns: whether the matrix is positive definite.
    static func decompose(_ lower: inout [Double], _ size: Int) -> Bool {
        lower.withUnsafeMutableBufferPointer { lower in
            guard let base = lower.baseAddress else { return true }
            // Each row writes only what is its own, and reads rows that are done.
            nonisolated(unsafe) let matrix = base
            for first in stride(from: 0, to: size, by: blockColumns) {
                let end = min(first + blockColumns, size)
                rows(first..<size) { row in
                    let own = matrix + row * size
                    subtractProducts(own, matrix, size, columns: first..<min(end, row + 1), inner: 0..<first)
                }
                for row in first..<end {
                    let own = matrix + row * size
                    for column in first..<row {
                        own[column] =
                            (own[column] - product(own, matrix + column * size, first..<column))
                            / matrix[column * size + column]
                    }
                    let square = own[row] - product(own, own, first..<row)
                    guard square > 0, square.isFinite else { return false }
                    own[row] = square.squareRoot()
                }
                rows(end..<size) { row in
                    let own = matrix + row * size
                    for column in first..<end {
                        own[column] =
                            (own[column] - product(own, matrix + column * size, first..<column))
                            / matrix[column * size + column]
                    }
                }
            }
            return true
        }
    }

    /// Sixteen rows a task.
    private static func rows(_ range: Range<Int>, _ body: @Sendable (Int) -> Void) {
        let together = 16
        DispatchQueue.concurrentPerform(iterations: (range.count + together - 1) / together) { task in
            let first = range.lowerBound + task * together
            for row in first..<min(first + together, range.upperBound) { body(row) }
        }
    }

    private static func product(
        _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, _ range: Range<Int>
    ) -> Double {
        var sum = 0.0
        for index in range { sum += left[index] * right[index] }
        return sum
    }

    /// `own[column] -= own * row of the column`, over `inner`, whose length is a multiple of 4.
    private static func subtractProducts(
        _ own: UnsafeMutablePointer<Double>, _ matrix: UnsafePointer<Double>, _ size: Int, columns: Range<Int>,
        inner: Range<Int>
    ) {
        func lanes(_ pointer: UnsafePointer<Double>) -> SIMD4<Double> {
            UnsafeRawPointer(pointer).loadUnaligned(as: SIMD4<Double>.self)
        }
        func total(_ sum: SIMD4<Double>) -> Double { (sum[0] + sum[1]) + (sum[2] + sum[3]) }
        guard !inner.isEmpty else { return }
        var column = columns.lowerBound
        while column + 4 <= columns.upperBound {
            let (first, second) = (matrix + column * size, matrix + (column + 1) * size)
            let (third, fourth) = (matrix + (column + 2) * size, matrix + (column + 3) * size)
            var (a, b, c, d) = (SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero)
            for index in stride(from: inner.lowerBound, to: inner.upperBound, by: 4) {
                let left = lanes(own + index)
                a += left * lanes(first + index)
                b += left * lanes(second + index)
                c += left * lanes(third + index)
                d += left * lanes(fourth + index)
            }
            own[column] -= total(a)
            own[column + 1] -= total(b)
            own[column + 2] -= total(c)
            own[column + 3] -= total(d)
            column += 4
        }
        while column < columns.upperBound {
            var sum = SIMD4<Double>.zero
            for index in stride(from: inner.lowerBound, to: inner.upperBound, by: 4) {
                sum += lanes(own + index) * lanes(matrix + column * size + index)
            }
            own[column] -= total(sum)
            column += 1
        }
    }
}
