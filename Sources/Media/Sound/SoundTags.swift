/// Tags before, amid and behind a sound, which say nothing of how it is coded.
enum SoundTags {
    /// Version, revision, flags, and a length of seven bits a byte.
    static let id3 = ByteMark(
        "ID3", [(0, 0xf8), (0, 0xff), (0, 0x0f), (0, 0x80), (0, 0x80), (0, 0x80), (0, 0x80)])

    /// Bytes of the tag that begins here, of those that stand behind MPEG audio: ID3 of version 1 and its extension,
    /// APE, Lyrics3; nil for none.
    static func byteCount(behind bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        func has(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
        if has("TAG+") { return 227 }
        if has("TAG") { return 128 }
        if bytes.count >= 32, has("APETAGEX") {
            let isHeader = bytes[23] & 0x20 != 0
            return 32 + (isHeader ? bytes[12...15].littleEndianNumber : 0)
        }
        if has("LYRICSBEGIN") {
            return (11..<bytes.count).first {
                bytes[$0] == 0x4c
                    && (bytes[$0...].starts(with: "LYRICS200".utf8) || bytes[$0...].starts(with: "LYRICSEND".utf8))
            }.map { $0 + 9 }
        }
        return nil
    }

    /// Passes over all those in front, ID3 of version 2 and APE of version 2, that stand here; false if there is none.
    static func skip(_ stream: ByteStream) throws -> Bool {
        var hasSkipped = false
        while true {
            let head = try stream.peek(32)
            if head.count >= 10, head.starts(with: Array("ID3".utf8)), head[3] < 0xff, head[4] < 0xff,
                head[6...9].allSatisfy({ $0 < 0x80 })
            {
                let size = head[6...9].reduce(0) { $0 << 7 | Int($1) }
                try stream.skip(10 + size + (head[5] & 0x10 != 0 ? 10 : 0))
            } else if head.count >= 32, head.starts(with: Array("APETAGEX".utf8)) {
                // The length is that of all behind this header.
                try stream.skip(32 + head[12...15].littleEndianNumber)
            } else {
                return hasSkipped
            }
            hasSkipped = true
        }
    }
}
