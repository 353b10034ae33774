/// A matrix as it lies in the file, computing `y = W x + bias` with `W` of shape `[rows, columns]`: rows are output
/// channels (N), columns are the input's elements (K).
///
/// Channels are stored in tiles of 16, the last one padded with zero channels:
/// - float32 and float16: `[tiles][columns][16]` floats;
/// - int8: `[tiles][paddedColumns / 4][16][4]` signed bytes, columns padded with zeros to a multiple of 8. Each is in
///   -127...127, and of each four of a channel, columns 0, 1, 4 and 5 or 2, 3, 6 and 7 of such a stretch of 8, the
///   weights of one sign have magnitudes of at most 128 in all. So `255 * 128` fits 16 bits: AVX2's `vpmaddubsw` never
///   saturates, nor does the sum of what it makes of two steps of 4 columns;
/// - int8 in two planes: all of that twice, one plane after the other, and so scales and sums; a weight is the sum of
///   what the planes say;
/// - int8 in groups: the same panels of one plane with columns padded to a multiple of 32 and levels in -127...127,
///   whatever stands side by side;
/// - int4: `[tiles][paddedColumns / 8][16][4]` bytes, columns padded to a multiple of 32. The low nibble of byte `i` of
///   a block of eight columns holds the level of column `i` plus 8, the high one that of column `4 + i`. Levels are in
///   -8...7; padding has level 0, which is nibble 8;
/// - int4 in two planes: all of that twice, as with int8, group scales too.
///
/// The pointers reach into the read-only map of the `ModelFile` and live as long as it does.
package struct MatrixView: @unchecked Sendable {
    /// Output channels in a tile.
    static let tileRows = 16

    package let rows: Int
    package let columns: Int
    package let encoding: MatrixEncoding
    /// 64-byte aligned.
    package let panels: UnsafeRawBufferPointer
    /// One a padded row and plane: `w = q * scale` for int8, `w = q * groupScale * scale` in groups.
    package let scales: UnsafeBufferPointer<Float>?
    /// One a padded row and plane, which takes back the offset of unsigned activations: the sum of the row's levels for
    /// int8, of its levels times their group scales for int4; none for int8 in groups, whose activations have no
    /// offset.
    package let sums: UnsafeBufferPointer<Int32>?
    /// One a padded row, if there is one.
    package let bias: UnsafeBufferPointer<Float>?
    /// In groups, `[planes][tiles][groups][16]`: 1...127 for real channels, 0 for padding channels.
    package let groupScales: UnsafeBufferPointer<UInt8>?

    package init(
        rows: Int, columns: Int, encoding: MatrixEncoding, panels: UnsafeRawBufferPointer,
        scales: UnsafeBufferPointer<Float>?, sums: UnsafeBufferPointer<Int32>?, bias: UnsafeBufferPointer<Float>?,
        groupScales: UnsafeBufferPointer<UInt8>? = nil
    ) {
        self.rows = rows
        self.columns = columns
        self.encoding = encoding
        self.panels = panels
        self.scales = scales
        self.sums = sums
        self.bias = bias
        self.groupScales = groupScales
    }

    /// Tiles of 16 output channels.
    package var tiles: Int { (rows + Self.tileRows - 1) / Self.tileRows }
    /// Rows with padding; what `scales`, `sums` and `bias` count.
    package var paddedRows: Int { tiles * Self.tileRows }

    /// Bytes of one of its tensors; nil if it has none such.
    package func byteCount(of role: MatrixTensor.Role) -> Int? {
        switch role {
        case .panels: panels.count
        case .groupScales: groupScales?.count
        case .scales: scales.map { $0.count * MemoryLayout<Float>.size }
        case .sums: sums.map { $0.count * MemoryLayout<Int32>.size }
        case .bias: bias.map { $0.count * MemoryLayout<Float>.size }
        }
    }
}
