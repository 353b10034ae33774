/// Pictures of one size that a data set holds in its own files, not in a file each.
public struct PictureSet: Equatable, Sendable {
    public var width: Int
    public var height: Int
    /// 1 (grey) or 3 (RGB).
    public var channels: Int
    /// `[count][height][width][channels]`
    public var pixels: [UInt8]

    public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }

    public var bytesPerPicture: Int { width * height * channels }
    public var count: Int { pixels.count / bytesPerPicture }
}
