/// Names what is no PNG and no JPEG, by its first bytes.
enum UnreadPicture {
    static func reason(_ bytes: UnsafeRawBufferPointer) -> String {
        guard let name = name(bytes) else { return "neither a PNG nor a JPEG picture" }
        return "\(name), expected PNG or JPEG: 'ffmpeg -i FILE -frames:v 1 FILE.png' makes a PNG of it"
    }

    private static func name(_ bytes: UnsafeRawBufferPointer) -> String? {
        func has(_ text: String, at place: Int = 0) -> Bool {
            bytes.count >= place + text.utf8.count && bytes[place...].starts(with: text.utf8)
        }
        if has("RIFF"), has("WEBP", at: 8) { return "a WebP picture" }
        if has("GIF8") { return "a GIF picture" }
        if has("ftyp", at: 4) {
            if has("avif", at: 8) || has("avis", at: 8) { return "an AVIF picture" }
            return ["heic", "heix", "mif1", "msf1", "hevc"].contains { has($0, at: 8) }
                ? "a HEIC picture" : "a film (MP4)"
        }
        if has("BM") { return "a BMP picture" }
        if has("II*\0") || has("MM\0*") { return "a TIFF picture" }
        if bytes.starts(with: [0xff, 0x0a]) || has("JXL ", at: 4) { return "a JPEG XL picture" }
        if has("P1") || has("P2") || has("P3") || has("P4") || has("P5") || has("P6") { return "a PNM picture" }
        if bytes.starts(with: [0x1a, 0x45, 0xdf, 0xa3]) { return "a film (WebM or Matroska)" }
        if has("<svg") || has("<?xml") { return "an SVG drawing" }
        if has("%PDF") { return "a PDF document" }
        if has("RIFF"), has("WAVE", at: 8) { return "a sound (WAV)" }
        if has("ID3") { return "a sound (MP3)" }
        return nil
    }
}
