/// Names what is not read, by its first bytes.
package enum UnreadPicture {
    /// Whether a file that begins so is a picture, read or not.
    package static func isPicture(_ bytes: UnsafeRawBufferPointer) -> Bool {
        PictureDecoder.isStill(bytes) || bytes.starts(with: [0xff, 0xd8, 0xff])
            || name(bytes).map { $0.hasSuffix(" picture") || $0.hasSuffix(" drawing") } == true
    }

    static func reason(_ bytes: UnsafeRawBufferPointer) -> String {
        guard let name = name(bytes) else { return "no PNG, JPEG, WebP or GIF picture" }
        return "\(name), expected PNG, JPEG, WebP or GIF" + (remedy(name).map { ": '\($0)' makes a PNG of it" } ?? "")
    }

    static func isWebP(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 12 && bytes.starts(with: Array("RIFF".utf8)) && bytes[8...].starts(with: Array("WEBP".utf8))
    }

    /// What FFmpeg reads becomes a PNG by this.
    static let conversion = "ffmpeg -i FILE -frames:v 1 FILE.png"

    /// The one command that helps.
    private static func remedy(_ name: String) -> String? {
        if name.hasPrefix("a sound") { return nil }
        switch name {
        case heic, avif: return "heif-convert FILE FILE.png"
        case "a JPEG XL picture": return "djxl FILE FILE.png"
        case "an SVG drawing": return "rsvg-convert -o FILE.png FILE"
        case "a PDF document": return "pdftoppm -singlefile -png FILE FILE"
        default: return conversion
        }
    }

    private static let heic = "a HEIC picture"
    private static let avif = "an AVIF picture"

    private static func name(_ bytes: UnsafeRawBufferPointer) -> String? {
        func has(_ text: String, at place: Int = 0) -> Bool {
            bytes.count >= place + text.utf8.count && bytes[place...].starts(with: text.utf8)
        }
        if has("ftyp", at: 4) {
            if has("avif", at: 8) || has("avis", at: 8) { return avif }
            if ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"].contains(where: { has($0, at: 8) }) {
                return heic
            }
            return has("M4A", at: 8) || has("M4B", at: 8) || has("3gp", at: 8) ? "a sound (MP4)" : "a film (MP4)"
        }
        if has("RIFF"), has("AVI ", at: 8) { return "a film (AVI)" }
        // Its two letters begin words, too: its header's length is small.
        if has("BM"), bytes.count >= 18, bytes[14] >= 12, bytes[15...17].allSatisfy({ $0 == 0 }) {
            return "a BMP picture"
        }
        if has("II*\0") || has("MM\0*") { return "a TIFF picture" }
        if bytes.starts(with: [0xff, 0x0a]) || has("JXL ", at: 4) { return "a JPEG XL picture" }
        if bytes.count > 2, has("P"), (0x31...0x36).contains(bytes[1]), [0x0a, 0x0d, 0x20].contains(bytes[2]) {
            return "a PNM picture"
        }
        if bytes.starts(with: [0x1a, 0x45, 0xdf, 0xa3]) { return "a film (WebM or Matroska)" }
        if has("8BPS") { return "a Photoshop picture" }
        if has("\0\0\u{1}\0") { return "an ICO picture" }
        if has("<svg") { return "an SVG drawing" }
        if has("%PDF") { return "a PDF document" }
        if has("RIFF"), has("WAVE", at: 8) { return "a sound (WAV)" }
        if has("fLaC") { return "a sound (FLAC)" }
        if has("OggS") { return "a sound (Ogg)" }
        if has("ID3") { return "a sound (MP3)" }
        return nil
    }
}
