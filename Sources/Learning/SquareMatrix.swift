/// A symmetric positive definite matrix of doubles and its Cholesky factor (Golub and Van Loan, "Matrix Computations",
/// section 4.2). Sums go in one order and are never contracted, so that every machine finds the same bits.
struct SquareMatrix {
    let size: Int
    /// `[size][size]`; the lower triangle counts.
    private var elements: [Double]

    init(size: Int) {
        self.size = size
        elements = [Double](repeating: 0, count: size * size)
    }

    /// Adds `weight * x x^T`.
    mutating func add(outerProductOf x: UnsafeBufferPointer<Double>, weight: Double) {
        precondition(x.count == size)
        elements.withUnsafeMutableBufferPointer { elements in
            for row in 0..<size where x[row] != 0 {
                let factor = weight * x[row]
                let line = elements.baseAddress.unsafelyUnwrapped + row * size
                for column in 0...row { line[column] += factor * x[column] }
            }
        }
    }

    mutating func add(toDiagonal value: Double) {
        for index in 0..<size { elements[index * size + index] += value }
    }

    var trace: Double { (0..<size).reduce(0) { $0 + elements[$1 * size + $1] } }

    /// Replaces the matrix by its factor L, where L L^T is the matrix.
    ///
    /// - Returns: whether it is positive definite; if not, the factor is of no use.
    mutating func factor() -> Bool {
        elements.withUnsafeMutableBufferPointer { elements in
            let base = elements.baseAddress.unsafelyUnwrapped
            for row in 0..<size {
                let line = base + row * size
                for column in 0...row {
                    let other = base + column * size
                    let sum = line[column] - Self.product(line, other, column)
                    if column < row {
                        line[column] = sum / other[column]
                    } else {
                        guard sum > 0, sum.isFinite else { return false }
                        line[column] = sum.squareRoot()
                    }
                }
            }
            return true
        }
    }

    /// Of a factored matrix A: replaces b by the solution of A x = b.
    func solve(_ b: UnsafeMutableBufferPointer<Double>) {
        precondition(b.count == size)
        substitute(b)
        elements.withUnsafeBufferPointer { elements in
            let base = elements.baseAddress.unsafelyUnwrapped
            for row in stride(from: size - 1, through: 0, by: -1) {
                let line = base + row * size
                b[row] /= line[row]
                let value = b[row]
                for column in 0..<row { b[column] -= value * line[column] }
            }
        }
    }

    /// Of a factored matrix A = L L^T: x^T A^-1 x. `x` is replaced by L^-1 x.
    func inverseForm(_ x: UnsafeMutableBufferPointer<Double>) -> Double {
        substitute(x)
        return x.reduce(0) { $0 + $1 * $1 }
    }

    /// Replaces b by L^-1 b.
    private func substitute(_ b: UnsafeMutableBufferPointer<Double>) {
        elements.withUnsafeBufferPointer { elements in
            let base = elements.baseAddress.unsafelyUnwrapped
            guard let values = b.baseAddress else { return }
            for row in 0..<size {
                let line = base + row * size
                b[row] = (b[row] - Self.product(line, values, row)) / line[row]
            }
        }
    }

    /// In four sums side by side, added up at the end.
    @inline(__always)
    private static func product(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ count: Int) -> Double {
        var sums = SIMD4<Double>.zero
        var index = 0
        while index + 4 <= count {
            let a = UnsafeRawPointer(x + index).loadUnaligned(as: SIMD4<Double>.self)
            let b = UnsafeRawPointer(y + index).loadUnaligned(as: SIMD4<Double>.self)
            sums += a * b
            index += 4
        }
        var sum = (sums[0] + sums[1]) + (sums[2] + sums[3])
        while index < count {
            sum += x[index] * y[index]
            index += 1
        }
        return sum
    }
}
