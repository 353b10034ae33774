/// Notices a camera that sends the same bytes again and again, which no sensor's noise lets it do.
struct ChangeDetector {
    private var last: UInt64?
    private var since = 0
    private var isFrozen = false

    /// - Parameters:
    ///   - time: of the frame, and `limit` for how long frames may be the same, in one unit.
    /// - Returns: true once they have been for too long, false once they differ again, nil otherwise.
    mutating func take(_ bytes: UnsafeRawBufferPointer, time: Int, limit: Int) -> Bool? {
        let newest = Self.digest(bytes)
        guard newest == last else {
            last = newest
            since = time
            guard isFrozen else { return nil }
            isFrozen = false
            return false
        }
        guard !isFrozen, time - since >= limit else { return nil }
        isFrozen = true
        return true
    }

    /// FNV-1a over words of 8 bytes (Fowler, Noll and Vo), which is fast and tells frames apart; no one attacks it.
    private static func digest(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var digest: UInt64 = 0xcbf2_9ce4_8422_2325
        let words = bytes.count / 8
        for word in 0..<words {
            digest = (digest ^ bytes.loadUnaligned(fromByteOffset: 8 &* word, as: UInt64.self)) &* 0x100_0000_01b3
        }
        for index in 8 * words..<bytes.count { digest = (digest ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
        return digest
    }
}
