/// What stands between the frames of MPEG audio and behind them: tags, which belong there, and bytes that belong to
/// nothing, as a damaged frame leaves them. A decoder passes over both without a word.
struct MPEGGaps {
    /// The bytes that came last, and how many of these there are.
    private let recent: UnsafeMutablePointer<UInt8>
    private var kept = 0
    private static let capacity = 1 << 13
    /// Bytes up to now.
    private var fed = 0
    /// Behind the last byte that is not zero.
    private var filled = 0
    /// Behind the last frame; nil before the first.
    private var end: Int?
    /// The same, still known once all is over.
    private(set) var framesEnd = 0
    /// Bytes of the tags that stand there.
    private var tagBytes = 0

    /// How many zeros came last.
    var zeros: Int { fed - filled }

    init() { recent = .allocate(capacity: Self.capacity) }

    func deallocate() { recent.deallocate() }

    /// Takes what a decoder is given.
    ///
    /// - Parameter count: at most half of what is kept.
    mutating func feed(_ bytes: UnsafePointer<UInt8>, count: Int) {
        passTags()
        let left = min(kept, Self.capacity - count)
        recent.update(from: recent + kept - left, count: left)
        (recent + left).update(from: bytes, count: count)
        kept = left + count
        if let last = (0..<count).last(where: { bytes[$0] != 0 }) { filled = fed + last + 1 }
        fed += count
    }

    /// - Parameters:
    ///   - place: where a frame was found, in bytes from the first that was fed.
    ///   - byteCount: the frame's, its header among them.
    /// - Returns: how many bytes before it belong to nothing.
    mutating func frame(at place: Int, byteCount: Int) -> Int {
        passTags()
        defer {
            end = place + byteCount
            framesEnd = place + byteCount
            tagBytes = 0
        }
        return end.map { max(0, place - $0 - tagBytes) } ?? 0
    }

    /// At the end: how many bytes behind the last frame belong to nothing. What may be a frame that was cut off does
    /// not count, nor do zeros.
    mutating func rest() -> Int {
        passTags()
        defer { end = nil }
        let count = end.map { filled - $0 - tagBytes } ?? 0
        return count > MPEGHeader.maximumFrameBytes ? count : 0
    }

    /// Passes over the tags behind the last frame, as far as they are there.
    private mutating func passTags() {
        guard let end else { return }
        while true {
            let place = end + tagBytes - (fed - kept)
            guard place >= 0, place < kept else { return }
            let bytes = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(start: recent, count: kept)[place...])
            guard let count = SoundTags.byteCount(behind: bytes) else { return }
            tagBytes += count
        }
    }
}
