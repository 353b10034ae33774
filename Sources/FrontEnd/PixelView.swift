/// 8-bit pixels that lie in someone else's memory: rows from the top, each pixel's channels side by side.
///
/// Valid for as long as that memory is, which whoever hands it over says.
public struct PixelView {
    /// `[height][width][channels]`, rows `bytesPerRow` apart.
    public let pixels: UnsafePointer<UInt8>
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// 1 (grey) or 3 (RGB).
    public let channels: Int
    /// From the beginning of one row to that of the next.
    public let bytesPerRow: Int

    /// - Parameters:
    ///   - pixels: row by row, `channels` bytes each.
    ///   - width: pixels in a row.
    ///   - height: rows.
    ///   - channels: 1 (grey) or 3 (RGB).
    ///   - bytesPerRow: nil where rows follow one another without a hole.
    public init(pixels: UnsafePointer<UInt8>, width: Int, height: Int, channels: Int, bytesPerRow: Int? = nil) {
        precondition(width > 0 && height > 0 && (channels == 1 || channels == 3))
        self.pixels = pixels
        self.width = width
        self.height = height
        self.channels = channels
        self.bytesPerRow = bytesPerRow ?? width * channels
        precondition(self.bytesPerRow >= width * channels)
    }
}
