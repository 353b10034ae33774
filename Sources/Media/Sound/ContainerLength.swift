/// How long AIFF, AU, CAF and W64 files are by their own headers, to find what was joined to them.
enum ContainerLength {
    /// The bytes of the file in front, if another one of its kind follows it.
    static func ofJoined(_ bytes: SeekableBytes) -> Int? {
        let head = bytes.bytes(at: 0, count: 40)
        guard head.count == 40, let length = length(head, bytes), length > 0, length < bytes.count else { return nil }
        // A byte may fill up a length that is odd.
        return [length, length + 1].first { bytes.bytes(at: $0, count: 4) == Array(head[..<4]) }
    }

    private static func length(_ head: [UInt8], _ bytes: SeekableBytes) -> Int? {
        func big(_ place: Int, _ count: Int) -> Int {
            Int(clamping: head[place..<place + count].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        }
        switch head[..<4] {
        case [0x46, 0x4f, 0x52, 0x4d]: return 8 + big(4, 4)
        case [0x2e, 0x73, 0x6e, 0x64]: return big(4, 4) + big(8, 4)
        case [0x72, 0x69, 0x66, 0x66]:
            return Int(clamping: head[16..<24].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        case [0x63, 0x61, 0x66, 0x66]: return lengthOfCAF(bytes)
        default: return nil
        }
    }

    /// CAF states no length of the whole: its chunks end where the next file's name stands.
    private static func lengthOfCAF(_ bytes: SeekableBytes) -> Int? {
        var place = 8
        for _ in 0..<1000 {
            let head = bytes.bytes(at: place, count: 12)
            guard head.count == 12 else { return nil }
            if head[..<6] == [0x63, 0x61, 0x66, 0x66, 0, 1] { return place }
            let size = head[4...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard size < UInt64(bytes.count) else { return nil }
            place += 12 + Int(size)
        }
        return nil
    }
}
