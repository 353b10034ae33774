/// The largest part of a picture that has another picture's aspect, in its middle, in whole pixels.
///
/// One side is kept whole; the other is rounded to nearest, halves to even. Of an odd number of pixels to leave out,
/// the greater half goes from the right or the bottom.
package struct CenterCrop: Equatable, Sendable {
    package let x: Int
    package let y: Int
    package let width: Int
    package let height: Int

    /// - Parameters:
    ///   - width: of the picture, as `height` at most 2^31.
    ///   - height: of the picture.
    ///   - targetWidth: of a picture whose aspect is wanted.
    ///   - targetHeight: of the same.
    package init(width: Int, height: Int, targetWidth: Int, targetHeight: Int) {
        func rounded(_ product: Int, over divisor: Int) -> Int {
            max(1, Int((Double(product) / Double(divisor)).rounded(.toNearestOrEven)))
        }
        if width * targetHeight > height * targetWidth {
            self.height = height
            self.width = min(width, rounded(height * targetWidth, over: targetHeight))
        } else {
            self.width = width
            self.height = min(height, rounded(width * targetHeight, over: targetWidth))
        }
        x = (width - self.width) / 2
        y = (height - self.height) / 2
    }
}
