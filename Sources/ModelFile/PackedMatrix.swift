/// A matrix in the layout of the file, in memory: what `MatrixPacker` makes and `ModelFileWriter` writes.
package struct PackedMatrix: Sendable {
    package let rows: Int
    package let columns: Int
    package let encoding: MatrixEncoding
    /// See `MatrixView.panels`.
    package let panels: [UInt8]
    /// `[planes][paddedRows]`, for int8 and int4.
    package let scales: [Float]?
    /// `[planes][paddedRows]`, for int8 and int4; none for int8 in groups.
    package let sums: [Int32]?
    /// `[paddedRows]`.
    package let bias: [Float]?
    /// `[planes][tiles][groups][16]`, for int4 and int8 in groups.
    package let groupScales: [UInt8]?

    /// Bytes of one of its tensors; nil if it has none such.
    @discardableResult
    package func withBytes<Result>(
        of role: MatrixTensor.Role, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result? {
        switch role {
        case .panels: try panels.withUnsafeBytes(body)
        case .groupScales: try groupScales?.withUnsafeBytes(body)
        case .scales: try scales?.withUnsafeBytes(body)
        case .sums: try sums?.withUnsafeBytes(body)
        case .bias: try bias?.withUnsafeBytes(body)
        }
    }

    /// Of all its tensors but the bias.
    package var byteCount: Int {
        MatrixTensor.Role.allCases.filter { $0 != .bias }.reduce(0) { $0 + (withBytes(of: $1, \.count) ?? 0) }
    }
}

extension PackedMatrix {
    /// The planes of one matrix, each packed by itself, as one.
    init(planes: [PackedMatrix], encoding: MatrixEncoding) {
        self.init(
            rows: planes[0].rows, columns: planes[0].columns, encoding: encoding, panels: planes.flatMap(\.panels),
            scales: planes.flatMap { $0.scales ?? [] }, sums: planes.flatMap { $0.sums ?? [] }, bias: planes[0].bias,
            groupScales: planes[0].groupScales == nil ? nil : planes.flatMap { $0.groupScales ?? [] })
    }
}
