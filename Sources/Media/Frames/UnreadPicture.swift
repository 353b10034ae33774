/// Names what is not read, by its first bytes.
package enum UnreadPicture {
    /// Whether a file that begins so is a picture, read or not.
    package static func isPicture(_ bytes: UnsafeRawBufferPointer) -> Bool {
        PictureDecoder.isStill(bytes) || bytes.starts(with: [0xff, 0xd8, 0xff])
            || name(bytes).map { $0.hasSuffix(" picture") || $0.hasSuffix(" drawing") } == true
    }

    static func reason(_ bytes: UnsafeRawBufferPointer) -> String {
        if isMultipart(bytes) {
            return "a stream of JPEG pictures, expected one: 'tacit watch --input FILE --format mjpeg' labels it"
        }
        guard let name = name(bytes) else { return "no PNG, JPEG, WebP or GIF picture" }
        if name.hasPrefix("a film") {
            return "\(name), expected PNG, JPEG, WebP or GIF: '\(filmConversion)' labels it"
        }
        return "\(name), expected PNG, JPEG, WebP or GIF" + (remedy(name).map { ": '\($0)' makes a PNG of it" } ?? "")
    }

    /// What is said of a stream without a picture that begins so.
    package static func reason(ofStream bytes: UnsafeRawBufferPointer) -> String {
        let none = "no JPEG picture in it"
        guard let name = name(bytes) else { return none }
        return "\(none), but \(name)"
            + (name.hasPrefix("a sound") ? "" : ": 'ffmpeg -i - -q:v 3 -f mjpeg -' makes JPEG pictures of it")
    }

    /// As many bytes as tell what a stream is.
    package static let headBytes = 400

    /// Whether a stream begins so that a camera has sent by HTTP, its answer or a part's header in front.
    private static func isMultipart(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard ["--", "\r\n--", "HTTP/1."].contains(where: { bytes.starts(with: Array($0.utf8)) }) else { return false }
        let head = String(decoding: bytes.prefix(headBytes), as: UTF8.self).lowercased()
        return head.contains("image/jpeg") || head.contains("multipart/x-mixed-replace")
    }

    static func isWebP(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 12 && bytes.starts(with: Array("RIFF".utf8)) && bytes[8...].starts(with: Array("WEBP".utf8))
    }

    /// What FFmpeg reads becomes a PNG by this.
    static let conversion = "ffmpeg -i FILE -frames:v 1 FILE.png"

    private static let filmConversion = "ffmpeg -i FILE -q:v 3 -f mjpeg - | tacit watch --input -"

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
        if bytes.count > 2, has("P"), (0x31...0x37).contains(bytes[1]), [0x0a, 0x0d, 0x20].contains(bytes[2]) {
            return "a PNM picture"
        }
        if let film = film(bytes) { return film }
        if has("jP  ", at: 4) || bytes.starts(with: [0xff, 0x4f, 0xff, 0x51]) { return "a JPEG 2000 picture" }
        if has("qoif") { return "a QOI picture" }
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

    private static func film(_ bytes: UnsafeRawBufferPointer) -> String? {
        func begins(_ start: [UInt8]) -> Bool { bytes.starts(with: start) }
        if begins([0x1a, 0x45, 0xdf, 0xa3]) { return "a film (WebM or Matroska)" }
        if begins(Array("YUV4MPEG2 ".utf8)) { return "a film (Y4M)" }
        if begins(Array("FLV\u{1}".utf8)) { return "a film (FLV)" }
        if begins([0, 0, 1, 0xba]) { return "a film (MPEG)" }
        if bytes.count > 376, [0, 188, 376].allSatisfy({ bytes[$0] == 0x47 }) { return "a film (MPEG-TS)" }
        // A stream's first unit: its parameters, or what stands before them.
        let start: [UInt8] = [0, 0, 0, 1]
        if bytes.count > 5, begins(start) {
            if [0x67, 0x27, 0x09].contains(bytes[4]) { return "a film (H.264)" }
            if [0x40, 0x46].contains(bytes[4]), bytes[5] == 1 { return "a film (H.265)" }
        }
        return nil
    }
}
