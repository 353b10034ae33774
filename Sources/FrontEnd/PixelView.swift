/// 8-bit pixels that lie in someone else's memory: rows from the top, each pixel's channels side by side.
///
/// Valid for as long as that memory is, which whoever hands it over says.
package struct PixelView {
    /// `[height][width][channels]`, rows `bytesPerRow` apart.
    package let pixels: UnsafePointer<UInt8>
    /// Pixels in a row.
    package let width: Int
    /// Rows.
    package let height: Int
    /// 1 (grey) or 3 (RGB).
    package let channels: Int
    /// From the beginning of one row to that of the next.
    package let bytesPerRow: Int

    /// - Parameters:
    ///   - pixels: row by row, `channels` bytes each.
    ///   - width: pixels in a row.
    ///   - height: rows.
    ///   - channels: 1 (grey) or 3 (RGB).
    ///   - bytesPerRow: nil where rows follow one another without a hole.
    package init(pixels: UnsafePointer<UInt8>, width: Int, height: Int, channels: Int, bytesPerRow: Int? = nil) {
        precondition(width > 0 && height > 0 && (channels == 1 || channels == 3))
        self.pixels = pixels
        self.width = width
        self.height = height
        self.channels = channels
        self.bytesPerRow = bytesPerRow ?? width * channels
        precondition(self.bytesPerRow >= width * channels)
    }
}
