/// Tags in front of a sound, which say nothing of how it is coded: ID3 of version 2, APE of version 2.
enum SoundTags {
    /// Version, revision, flags, and a length of seven bits a byte.
    static let id3 = ByteMark(
        "ID3", [(0, 0xf8), (0, 0xff), (0, 0x0f), (0, 0x80), (0, 0x80), (0, 0x80), (0, 0x80)])

    /// Passes over all that stand here; false if there is none.
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
                try stream.skip(32 + head[12...15].reversed().reduce(0) { $0 << 8 | Int($1) })
            } else {
                return hasSkipped
            }
            hasSkipped = true
        }
    }
}
