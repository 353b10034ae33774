/// What the header that LAME and its kin write into a first, silent frame says of samples that are not of the sound.
struct GaplessRange: Equatable {
    /// Samples before the sound.
    private(set) var start = 0
    /// Samples behind it, up to the end of the last frame that the header counts.
    private(set) var padding = Int.max..<Int.max
    /// Frames behind the header's own, by its count; 0 where it has none.
    private(set) var frames = 0
    private(set) var samplesPerFrame = 0
    /// Bytes of all frames, the header's own among them; 0 where it does not count them.
    private var byteCount = 0

    /// A count of more, which would be days of sound, is none.
    private static let mostFrames = 1 << 24
    private static let vbriPlace = 36

    /// - Parameter bytes: the stream's first frame, or as much of it as is there.
    init(_ bytes: UnsafeRawBufferPointer) {
        guard let header = MPEGHeader(bytes) ?? MPEGHeader(ofFreeFormat: bytes), header.layer == 3 else { return }
        // Fraunhofer's header stands at one place, and takes the first frame up, of which a decoder makes silence.
        if bytes.count > Self.vbriPlace, bytes[Self.vbriPlace...].starts(with: Array("VBRI".utf8)) {
            start = header.samplesPerFrame
            return
        }
        let sideInformation = header.version == 1 ? (header.channels == 1 ? 17 : 32) : (header.channels == 1 ? 9 : 17)
        var place = MPEGHeader.byteCount + sideInformation
        func number(_ place: Int, _ count: Int) -> Int? {
            guard place + count <= bytes.count else { return nil }
            return bytes[place..<place + count].bigEndianNumber
        }
        guard let flags = number(place + 4, 4),
            bytes[place...].starts(with: Array("Xing".utf8)) || bytes[place...].starts(with: Array("Info".utf8))
        else { return }
        place += 8
        samplesPerFrame = header.samplesPerFrame
        if flags & 1 != 0 {
            frames = number(place, 4) ?? 0
            place += 4
        }
        if flags & 2 != 0 {
            byteCount = number(place, 4) ?? 0
            place += 4
        }
        place += (flags & 4 != 0 ? 100 : 0) + (flags & 8 != 0 ? 4 : 0)
        guard let delays = number(place + 21, 3),
            ["LAME", "Lavf", "Lavc"].contains(where: { bytes[place...].starts(with: Array($0.utf8)) })
        else { return }
        let late = 529
        start = (delays >> 12) + late
        let behind = (delays & 0xfff) - late
        let end = frames * header.samplesPerFrame
        if frames > 0, behind > 0, end - behind > start { padding = end - behind..<end }
    }

    /// Whether a stream of so many frames, that end behind so many bytes, is less than the header counts.
    ///
    /// Some encoders count the frame of the header as well, so that more than one must lack; and where all the bytes came
    /// that are counted, nothing does.
    func countsMore(than came: Int, byteCount: Int) -> Bool {
        guard frames > came + 1, frames < Self.mostFrames else { return false }
        return self.byteCount == 0 || self.byteCount > byteCount
    }
}
