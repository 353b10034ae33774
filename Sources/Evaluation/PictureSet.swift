/// Pictures of one size that a data set holds in its own files, not in a file each.
package struct PictureSet: Equatable, Sendable {
    package var width: Int
    package var height: Int
    /// 1 (grey) or 3 (RGB).
    package var channels: Int
    /// `[count][height][width][channels]`
    package var pixels: [UInt8]

    package init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }

    package var bytesPerPicture: Int { width * height * channels }
    package var count: Int { pixels.count / bytesPerPicture }
}
