/// Lengths that a recorder left open in CAF, AIFF and AU headers, filled in with what is there, for libsndfile takes
/// them as they stand. So are those of files that were cut off: `StatedEnd` has told them before.
enum UnstatedLength {
    static func mend(_ bytes: SeekableBytes) {
        let head = bytes.bytes(at: 0, count: 12)
        if head.starts(with: Array("caff".utf8)) {
            mendChunks(bytes, from: 8, name: "data", sizeBytes: 8, pads: false)
        } else if head.starts(with: Array("FORM".utf8)) {
            if mendChunks(bytes, from: 12, name: "SSND", sizeBytes: 4, pads: true) {
                bytes.change(4, to: bigEndian(bytes.count - 8, 4))
            }
        } else if head.starts(with: Array(".snd".utf8)), head.count == 12,
            head[8] >= 0x70 || head[8...].allSatisfy({ $0 == 0 })
        {
            // Of AU all ones say that it is not known; libsndfile takes others of about 2^31 or more for negative.
            bytes.change(8, to: [0xff, 0xff, 0xff, 0xff])
        }
    }

    /// - Returns: whether the chunk's size was mended.
    @discardableResult
    private static func mendChunks(
        _ bytes: SeekableBytes, from start: Int, name: String, sizeBytes: Int, pads: Bool
    ) -> Bool {
        var place = start
        let unknown = sizeBytes == 8 ? UInt64.max : UInt64(UInt32.max)
        for _ in 0..<1000 {
            let head = bytes.bytes(at: place, count: 4 + sizeBytes)
            guard head.count == 4 + sizeBytes else { return false }
            let size = head[4...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let body = place + head.count
            let rest = UInt64(max(0, bytes.count - body))
            if head.starts(with: Array(name.utf8)) {
                // CAF: -1 is "up to the end". In both: nothing stated, or more than there is.
                guard size == unknown || size > rest || size <= (sizeBytes == 8 ? 4 : 8), rest > 8 else { return false }
                bytes.change(place + 4, to: bigEndian(Int(rest), sizeBytes))
                return true
            }
            guard size <= rest else { return false }
            place = body + Int(size) + (pads ? Int(size & 1) : 0)
        }
        return false
    }

    private static func bigEndian(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * (count - 1 - $0))) }
    }
}
