/// Turns pixels of more channels than a picture is shown with into grey or RGB, in place. Products of two bytes are
/// divided by 255 and rounded to nearest.
enum PixelFlattening {
    /// The last of 2 or 4 channels is alpha, laid over black.
    case alpha
    /// 4 channels of cyan, magenta, yellow and black, inverted, as Adobe's programs write them.
    case invertedCMYK

    func apply(_ pixels: UnsafeMutablePointer<UInt8>, count: Int, channels: Int) {
        let kept = channels - 1
        for index in 0..<count {
            let source = pixels + index &* channels
            let target = pixels + index &* kept
            // Both lie no further ahead than what is still to be read.
            let factor = source[kept]
            for channel in 0..<kept {
                target[channel] =
                    switch self {
                    case .alpha: Self.product(source[channel], factor)
                    case .invertedCMYK: factor - Self.product(255 - source[channel], factor)
                    }
            }
        }
    }

    private static func product(_ a: UInt8, _ b: UInt8) -> UInt8 {
        let product = UInt32(a) * UInt32(b) + 128
        return UInt8(truncatingIfNeeded: ((product >> 8) + product) >> 8)
    }
}
