import CTacitOpenBLAS

/// Products of matrices in double precision, by OpenBLAS.
enum DenseProduct {
    /// `result += scale * left * right`.
    ///
    /// - Parameter left: `[rows][inner]`.
    /// - Parameter right: `[inner][columns]`, or `[columns][inner]` if it is transposed.
    /// - Parameter result: `[rows][columns]`.
    static func add(
        _ left: [Double], _ right: [Double], scale: Double, rows: Int, inner: Int, columns: Int,
        rightIsTransposed: Bool = false, to result: inout [Double]
    ) {
        precondition(left.count == rows * inner && right.count == inner * columns && result.count == rows * columns)
        cblas_dgemm(
            CblasRowMajor, CblasNoTrans, rightIsTransposed ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns),
            blasint(inner), scale, left, blasint(inner), right, blasint(rightIsTransposed ? inner : columns), 1,
            &result,
            blasint(columns))
    }
}
