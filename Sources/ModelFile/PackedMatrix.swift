/// A matrix in the layout of the file, in memory: what `MatrixPacker` makes and `ModelFileWriter` writes.
public struct PackedMatrix: Sendable {
    public let rows: Int
    public let columns: Int
    public let encoding: MatrixEncoding
    /// See `MatrixView.panels`.
    public let panels: [UInt8]
    /// `[planes][paddedRows]`, for int8 and int4.
    public let scales: [Float]?
    /// `[planes][paddedRows]`, for int8 and int4.
    public let sums: [Int32]?
    /// `[paddedRows]`.
    public let bias: [Float]?
    /// `[tiles][groups][16]`, for int4.
    public let groupScales: [UInt8]?
}
