import CTacitGIF
import CTacitWebP
import TacitDiagnostics

/// The formats whose libraries are loaded when the first such picture is met: programs start without them, and run
/// where they are absent.
extension PictureDecoder {
    func decodeGIF(_ bytes: UnsafeRawBufferPointer, into frame: FrameBuffer) throws {
        if let problem = tacit_gif_load() { throw Self.absent("GIF", "libgif.so.7", package: "libgif7", problem) }
        let base = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        var header = tacit_gif_header()
        guard tacit_gif_read_header(base, bytes.count, &header, message) == 0 else { throw broken("GIF") }
        try checkSize("GIF", header.width, header.height)
        try write(
            width: Int(header.width), height: Int(header.height), channels: 3, flattening: .alpha,
            orientation: .upright, into: frame
        ) { pixels, capacity in
            guard tacit_gif_decode(base, bytes.count, &header, pixels, capacity, message) == 0 else {
                throw broken("GIF")
            }
        }
    }

    func decodeWebP(_ bytes: UnsafeRawBufferPointer, into frame: FrameBuffer) throws {
        if let problem = tacit_webp_load() { throw Self.absent("WebP", "libwebp.so.7", package: "libwebp7", problem) }
        let base = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        var header = tacit_webp_header()
        guard tacit_webp_read_header(base, bytes.count, FrameBuffer.maximumPixels, &header, message) == 0 else {
            throw broken("WebP")
        }
        try write(
            width: Int(header.width), height: Int(header.height), channels: Int(header.channels), flattening: .alpha,
            orientation: ExifOrientation.ofWebP(bytes), into: frame
        ) { pixels, capacity in
            guard tacit_webp_decode(base, &header, pixels, capacity, message) == 0 else { throw broken("WebP") }
        }
    }

    private static func absent(
        _ format: String, _ library: String, package: String, _ problem: UnsafePointer<CChar>
    ) -> TacitError {
        TacitError(
            .badData,
            "a \(format) picture, for which \(library) is needed, as in Debian's package \(package) "
                + "(\(String(cString: problem))); '\(UnreadPicture.conversion)' makes a PNG of it")
    }
}
