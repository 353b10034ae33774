import CTacitOpenBLAS
import TacitDiagnostics

/// Products of matrices in double precision, by OpenBLAS, which is loaded when the first is asked for.
enum DenseProduct {
    /// `result += scale * left * right`.
    ///
    /// - Parameter left: `[rows][inner]`.
    /// - Parameter right: `[inner][columns]`, or `[columns][inner]` if it is transposed.
    /// - Parameter result: `[rows][columns]`.
    /// - Throws: `TacitError` if OpenBLAS can't be had: `deviceUnavailable` where it is absent, `inputOutput` where
    ///   there is no room for it.
    static func add(
        _ left: [Double], _ right: [Double], scale: Double, rows: Int, inner: Int, columns: Int,
        rightIsTransposed: Bool = false, to result: inout [Double]
    ) throws {
        precondition(left.count == rows * inner && right.count == inner * columns && result.count == rows * columns)
        try load()
        tacit_blas_dgemm(
            CInt(tacit_blas_rows_first), CInt(tacit_blas_as_it_is),
            CInt(rightIsTransposed ? tacit_blas_transposed : tacit_blas_as_it_is), CInt(rows), CInt(columns),
            CInt(inner),
            scale, left, CInt(inner), right, CInt(rightIsTransposed ? inner : columns), 1, &result, CInt(columns))
    }

    /// Of `matrix' matrix`, `[columns][columns]`, the diagonal and what stands right of it; zeros left of it.
    ///
    /// - Parameter matrix: `[rows][columns]`.
    /// - Throws: As `add` does.
    static func upperSquare(_ matrix: [Double], rows: Int, columns: Int) throws -> [Double] {
        precondition(matrix.count == rows * columns)
        try load()
        var result = [Double](repeating: 0, count: columns * columns)
        tacit_blas_dsyrk(
            CInt(tacit_blas_rows_first), CInt(tacit_blas_upper), CInt(tacit_blas_transposed), CInt(columns), CInt(rows),
            1,
            matrix, CInt(columns), 0, &result, CInt(columns))
        return result
    }

    private static func load() throws {
        var problem: UnsafePointer<CChar>?
        switch Int(tacit_blas_load(&problem)) {
        case Int(tacit_blas_is_ready): return
        case Int(tacit_blas_has_no_room):
            throw TacitError(
                .inputOutput,
                "no room for OpenBLAS and its buffer of \(tacit_blas_buffer >> 20) MiB: more memory helps, or a higher "
                    + "limit of the address space (ulimit -v)")
        default:
            throw TacitError(
                .deviceUnavailable,
                "a conversion wants libopenblas.so.0, as in Debian's package libopenblas0 "
                    + "(\(problem.map { String(cString: $0) } ?? "it can't be loaded"))")
        }
    }
}
