/// A matrix as it lies in the file, computing `y = W x + bias` with `W` of shape `[rows, columns]`: rows are output
/// channels (N), columns are the input's elements (K).
///
/// Channels are stored in tiles of 16, the last one padded with zero channels:
/// - float32: `[tiles][columns][16]` floats;
/// - int8: `[tiles][paddedColumns / 4][16][4]` signed bytes, columns padded with zeros to a multiple of 8. Each is in
///   -127...127, and of each four of a channel, columns 0, 1, 4 and 5 or 2, 3, 6 and 7 of such a stretch of 8, the
///   weights of one sign have magnitudes of at most 128 in all. So `255 * 128` fits 16 bits: AVX2's `vpmaddubsw` never
///   saturates, nor does the sum of what it makes of two steps of 4 columns;
/// - int8 in two planes: all of that twice, one plane after the other, and so scales and sums; a weight is the sum of
///   what the planes say.
///
/// The pointers reach into the read-only map of the `ModelFile` and live as long as it does.
public struct MatrixView: @unchecked Sendable {
    /// Output channels in a tile.
    public static let tileRows = 16

    public let rows: Int
    public let columns: Int
    public let encoding: MatrixEncoding
    /// 64-byte aligned.
    public let panels: UnsafeRawBufferPointer
    /// One a padded row and plane, for int8: `w = q * scale`.
    public let scales: UnsafeBufferPointer<Float>?
    /// One a padded row and plane, for int8: the sum of the row's bytes, which takes back the offset of unsigned activations.
    public let sums: UnsafeBufferPointer<Int32>?
    /// One a padded row, if there is one.
    public let bias: UnsafeBufferPointer<Float>?

    public init(
        rows: Int, columns: Int, encoding: MatrixEncoding, panels: UnsafeRawBufferPointer,
        scales: UnsafeBufferPointer<Float>?, sums: UnsafeBufferPointer<Int32>?, bias: UnsafeBufferPointer<Float>?
    ) {
        self.rows = rows
        self.columns = columns
        self.encoding = encoding
        self.panels = panels
        self.scales = scales
        self.sums = sums
        self.bias = bias
    }

    /// Tiles of 16 output channels.
    public var tiles: Int { (rows + Self.tileRows - 1) / Self.tileRows }
    /// Rows with padding; what `scales`, `sums` and `bias` count.
    public var paddedRows: Int { tiles * Self.tileRows }
}
