import TacitDiagnostics
import TacitFrontEnd
import TacitMedia

/// A picture of 8-bit pixels, grey or RGB.
public struct Picture: Sendable {
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// 1 (grey) or 3 (RGB).
    public let channels: Int
    /// `[height][width][channels]`, rows from the top.
    public let pixels: [UInt8]

    /// `pixels` are `[height][width][channels]`.
    ///
    /// - Throws: `TacitError` (bad data) for a size that no picture has, another number of channels than 1 or 3, or
    ///   another number of pixels.
    public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) throws {
        try Self.check(width: width, height: height, channels: channels)
        guard pixels.count == width * height * channels else {
            throw TacitError(
                .badData,
                "\(pixels.count) bytes of pixels, expected \(width * height * channels) for \(width) x \(height) in "
                    + "\(channels)")
        }
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }

    /// Decodes a PNG, JPEG, WebP or GIF file: upright, alpha laid over black.
    ///
    /// - Throws: `TacitError` naming the file: no input for what can't be read, bad data for what is no whole picture.
    public init(_ path: String) throws {
        let reader = try PictureFileReader()
        try reader.read(SystemPath.ofFile(path))
        self.init(reader.frame)
    }

    /// Decodes the bytes of a PNG, JPEG, WebP or GIF file.
    ///
    /// - Throws: `TacitError` (bad data) for what is no whole picture.
    public init(encoded bytes: UnsafeRawBufferPointer) throws {
        let frame = FrameBuffer()
        try PictureDecoder().decode(bytes, into: frame)
        self.init(frame)
    }

    private init(_ frame: FrameBuffer) {
        width = frame.width
        height = frame.height
        channels = frame.channels
        // Its memory is its own: it must not go before the copy is made.
        pixels = withExtendedLifetime(frame) {
            Array(UnsafeBufferPointer(start: frame.pixels, count: frame.byteCount))
        }
    }

    /// - Throws: `TacitError` (bad data) for another number of channels than 1 or 3, and for a size that no picture has.
    package static func check(width: Int, height: Int, channels: Int) throws {
        guard channels == 1 || channels == 3 else {
            throw TacitError(.badData, "a picture of \(channels) channels, expected 1 (grey) or 3 (RGB)")
        }
        try FrameBuffer.check(width: width, height: height)
    }

    func withView<Result>(_ body: (PixelView) throws -> Result) rethrows -> Result? {
        try pixels.withUnsafeBufferPointer { bytes in
            try bytes.baseAddress.map {
                try body(PixelView(pixels: $0, width: width, height: height, channels: channels))
            }
        }
    }
}
