/// The largest part of a picture that has another picture's aspect, in its middle, in whole pixels.
///
/// One side is kept whole; the other is rounded to nearest. Of an odd number of pixels to leave out, the greater half
/// goes from the right or the bottom.
public struct CenterCrop: Equatable, Sendable {
    public let x: Int
    public let y: Int
    public let width: Int
    public let height: Int

    /// - Parameters:
    ///   - width: of the picture, as `height` at most 2^31.
    ///   - targetWidth: of a picture whose aspect is wanted.
    public init(width: Int, height: Int, targetWidth: Int, targetHeight: Int) {
        if width * targetHeight >= height * targetWidth {
            self.height = height
            self.width = min(width, max(1, (2 * height * targetWidth + targetHeight) / (2 * targetHeight)))
        } else {
            self.width = width
            self.height = min(height, max(1, (2 * width * targetHeight + targetWidth) / (2 * targetWidth)))
        }
        x = (width - self.width) / 2
        y = (height - self.height) / 2
    }
}
