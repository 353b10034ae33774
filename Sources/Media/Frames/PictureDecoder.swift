import CTacitJPEG
import CTacitPNG
import TacitDiagnostics

/// Decodes PNG (by libpng), JPEG (by libjpeg-turbo), and where they are installed WebP (by libwebp) and GIF (by
/// giflib), told apart by their first bytes. Of an animation it is the first frame; of a PNG with one the picture that
/// every program shows.
///
/// Pixels come out as 8-bit grey or RGB, upright (EXIF's orientation is honoured), alpha laid over black, CMYK as
/// Adobe's programs write it turned to RGB. Colour profiles and gamma are left alone. Sizes are checked before memory
/// is taken; what ends early or is damaged is refused, never made up. A JPEG or WebP of more pixels than a frame may
/// have is decoded at a half, a quarter or an eighth of its size.
package final class PictureDecoder {
    private let jpeg: OpaquePointer
    /// A picture on its way to the frame it goes to.
    private var scratch: UnsafeMutablePointer<UInt8>
    private var scratchCapacity = 1
    let message: UnsafeMutablePointer<CChar>
    private static let messageSize = 256
    private static let signaturePNG: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

    /// - Throws: `TacitError` (I/O error) without memory.
    package init() throws {
        guard let jpeg = tacit_jpeg_create() else { throw TacitError(.inputOutput, "no memory for a JPEG decoder") }
        self.jpeg = jpeg
        scratch = .allocate(capacity: 1)
        message = .allocate(capacity: Self.messageSize)
        message.initialize(repeating: 0, count: Self.messageSize)
    }

    deinit {
        tacit_jpeg_destroy(jpeg)
        scratch.deallocate()
        message.deallocate()
    }

    /// - Throws: `TacitError` (bad data), without a file's name.
    package func decode(_ bytes: UnsafeRawBufferPointer, into frame: FrameBuffer) throws {
        guard !bytes.isEmpty else { throw TacitError(.badData, "the file is empty, expected a picture") }
        if bytes.starts(with: Self.signaturePNG) {
            try decodePNG(bytes, into: frame)
        } else if bytes.starts(with: [0xff, 0xd8, 0xff]) {
            try decodeJPEG(bytes, into: frame)
        } else if bytes.starts(with: Array("GIF8".utf8)) {
            try decodeGIF(bytes, into: frame)
        } else if UnreadPicture.isWebP(bytes) {
            try decodeWebP(bytes, into: frame)
        } else {
            throw TacitError(.badData, UnreadPicture.reason(bytes))
        }
    }

    /// As many bytes as tell whether a picture is still.
    static let stillHead = 12

    /// Whether these are the first bytes of a PNG, GIF or WebP, which say themselves where they end.
    static func isStill(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.starts(with: signaturePNG) || bytes.starts(with: Array("GIF8".utf8)) || UnreadPicture.isWebP(bytes)
    }

    private func decodePNG(_ bytes: UnsafeRawBufferPointer, into frame: FrameBuffer) throws {
        let base = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        var header = tacit_png_header()
        guard tacit_png_read_header(base, bytes.count, &header, message) == 0 else { throw broken("PNG") }
        try checkSize("PNG", header.width, header.height)
        try write(
            width: Int(header.width), height: Int(header.height), channels: Int(header.channels),
            flattening: .alpha, orientation: ExifOrientation.ofPNG(bytes), into: frame
        ) { pixels, capacity in
            guard tacit_png_decode(base, bytes.count, &header, pixels, capacity, message) == 0 else {
                throw broken("PNG")
            }
        }
    }

    private func decodeJPEG(_ bytes: UnsafeRawBufferPointer, into frame: FrameBuffer) throws {
        let base = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        var header = tacit_jpeg_header()
        guard tacit_jpeg_read_header(jpeg, base, bytes.count, FrameBuffer.maximumPixels, &header, message) == 0 else {
            throw broken("JPEG")
        }
        try write(
            width: Int(header.width), height: Int(header.height), channels: Int(header.channels),
            flattening: .invertedCMYK, orientation: ExifOrientation.ofJPEG(bytes), into: frame
        ) { pixels, capacity in
            guard tacit_jpeg_decode(jpeg, pixels, capacity, message) == 0 else { throw broken("JPEG") }
        }
    }

    func broken(_ format: String) -> TacitError {
        TacitError(.badData, "a \(format) picture that can't be decoded: \(String(cString: message))")
    }

    func checkSize(_ format: String, _ width: UInt32, _ height: UInt32) throws {
        guard Int(width) * Int(height) > FrameBuffer.maximumPixels else { return }
        throw TacitError(
            .badData,
            "a \(format) picture of \(width) x \(height) pixels, expected \(FrameBuffer.maximumPixels) at most: "
                + "'ffmpeg -i FILE -vf scale=1024:-2 -frames:v 1 SMALLER.png' makes a smaller one of it")
    }

    /// Lets `decode` write `[height][width][channels]`, straight to the frame if that is what belongs there.
    func write(
        width: Int, height: Int, channels: Int, flattening: PixelFlattening, orientation: Orientation,
        into frame: FrameBuffer, decode: (UnsafeMutablePointer<UInt8>, Int) throws -> Void
    ) throws {
        try FrameBuffer.check(width: width, height: height)
        let isPlain = channels == 1 || channels == 3
        if isPlain, orientation == .upright {
            try frame.reshape(width: width, height: height, channels: channels)
            return try decode(frame.pixels, frame.byteCount)
        }
        let count = width * height
        if count * channels > scratchCapacity {
            scratch.deallocate()
            scratch = .allocate(capacity: count * channels)
            scratchCapacity = count * channels
        }
        try decode(scratch, count * channels)
        if !isPlain { flattening.apply(scratch, count: count, channels: channels) }
        let shown = channels <= 2 ? 1 : 3
        try frame.reshape(
            width: orientation.swapsSides ? height : width, height: orientation.swapsSides ? width : height,
            channels: shown)
        orientation.apply(scratch, width: width, height: height, channels: shown, into: frame.pixels)
    }
}
