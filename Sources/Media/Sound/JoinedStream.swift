/// Finds streams amid other bytes that are sent in frames or packets: who joins one begins anywhere in it.
struct JoinedStream {
    let place: Int
    let name: String
    /// What helps, if it comes from standard input.
    let remedy: String

    /// Packets and frames in a row that samples never look like.
    private static let packets = 16
    private static let frames = 8
    private static let pageHead = 27

    /// The first that begins before `starts` and can be told by these bytes.
    static func find(in bytes: UnsafeRawBufferPointer, starts: Int) -> JoinedStream? {
        for place in 0..<max(0, min(starts, bytes.count)) {
            switch bytes[place] {
            case 0x47 where RareSound.isTransportStream(bytes, place, 188, packets: packets):
                return JoinedStream(place: place, name: "an MPEG transport stream", remedy: throughFFmpeg)
            case 0xff where isADTS(bytes, place):
                return JoinedStream(place: place, name: "AAC (ADTS)", remedy: throughFFmpeg)
            case 0x4f where isOgg(bytes, place):
                return JoinedStream(place: place, name: "Ogg", remedy: "have it from its beginning")
            default: continue
            }
        }
        return nil
    }

    private static let throughFFmpeg = "send it through 'ffmpeg -i - -f wav -'"

    /// Frames whose headers agree in all that does not change, and which are not one and the same, as the periods of a
    /// tone are.
    private static func isADTS(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> Bool {
        var next = place
        var areAlike = true
        for _ in 0..<frames {
            guard next + 7 <= bytes.count, bytes[next] == 0xff, bytes[next + 1] & 0xf6 == 0xf0,
                bytes[next + 1] == bytes[place + 1], bytes[next + 2] == bytes[place + 2],
                (bytes[next + 3] ^ bytes[place + 3]) & 0xf0 == 0
            else { return false }
            let length = Int(bytes[next + 3] & 3) << 11 | Int(bytes[next + 4]) << 3 | Int(bytes[next + 5]) >> 5
            guard length > 7, next + length <= bytes.count else { return false }
            areAlike = areAlike && bytes[next..<next + length].elementsEqual(bytes[place...].prefix(length))
            next += length
        }
        return !areAlike
    }

    /// A page of version 0, whose flags exist.
    private static func isOgg(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> Bool {
        // "OggS", byte by byte: nothing is allocated in a stream.
        place + pageHead <= bytes.count && bytes[place + 1] == 0x67 && bytes[place + 2] == 0x67
            && bytes[place + 3] == 0x53 && bytes[place + 4] == 0 && bytes[place + 5] < 8
    }
}
