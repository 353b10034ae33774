import TacitDiagnostics

/// One picture's memory, used for one frame after another: it grows when a larger one comes, and never shrinks.
package final class FrameBuffer {
    /// The most pixels that a picture may have; more are refused before memory is taken for them.
    package static let maximumPixels = 1 << 26
    /// The most that a row or a column of raw frames may have.
    package static let maximumSide = 1 << 16

    /// `[height][width][channels]`, rows from the top.
    package private(set) var pixels: UnsafeMutablePointer<UInt8>
    /// Pixels in a row.
    package private(set) var width = 0
    /// Rows.
    package private(set) var height = 0
    /// 1 (grey) or 3 (RGB).
    package private(set) var channels = 1
    private var capacity = 1

    package init() {
        pixels = .allocate(capacity: 1)
        pixels.initialize(to: 0)
    }

    deinit {
        pixels.deallocate()
    }

    /// Of the picture that is there: one byte a channel of each pixel.
    package var byteCount: Int { width * height * channels }

    /// Makes room for a picture. What was there is lost.
    ///
    /// - Throws: `TacitError` (bad data) for one without pixels or with too many.
    package func reshape(width: Int, height: Int, channels: Int) throws {
        try Self.check(width: width, height: height)
        let count = width * height * channels
        if count > capacity {
            pixels.deallocate()
            pixels = .allocate(capacity: count)
            pixels.initialize(repeating: 0, count: count)
            capacity = count
        }
        self.width = width
        self.height = height
        self.channels = channels
    }

    /// Whether raw frames may have this size, whatever numbers a driver or a flag says.
    package static func isSensible(width: Int, height: Int) -> Bool {
        (1...maximumSide).contains(width) && (1...maximumSide).contains(height) && width * height <= maximumPixels
    }

    /// - Throws: `TacitError` (bad data) for a picture without pixels, or of more than `maximumPixels`.
    package static func check(width: Int, height: Int) throws {
        guard width > 0, height > 0, width <= maximumPixels, height <= maximumPixels,
            width * height <= maximumPixels
        else {
            throw TacitError(
                .badData, "a picture of \(width) x \(height) pixels, expected 1 to \(maximumPixels) of them")
        }
    }
}
