/// A matrix in the layout of the file, in memory: what `MatrixPacker` makes and `ModelFileWriter` writes.
package struct PackedMatrix: Sendable {
    package let rows: Int
    package let columns: Int
    package let encoding: MatrixEncoding
    /// See `MatrixView.panels`.
    package let panels: [UInt8]
    /// `[planes][paddedRows]`, for int8 and int4.
    package let scales: [Float]?
    /// `[planes][paddedRows]`, for int8 and int4.
    package let sums: [Int32]?
    /// `[paddedRows]`.
    package let bias: [Float]?
    /// `[tiles][groups][16]`, for int4.
    package let groupScales: [UInt8]?
}
