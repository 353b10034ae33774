/// Finds where MPEG audio begins, by frames that stand one behind the other.
enum MPEGSearch {
    enum Verdict: Equatable {
        case begins(Int)
        /// It can't be told before more bytes are there.
        case undecided
        case absent
    }

    /// How many frames in a row are believed behind something that is no sound.
    static let farFrames = 12

    /// - Parameters:
    ///   - starts: where the first frame may begin at most.
    ///   - frames: how many in a row are believed near the beginning, as far as a frame that was cut may reach; at the
    ///     end of the stream two are enough. Further on, `farFrames` are wanted: tables in programs look like a few.
    ///   - passed: bytes in front of these that were searched already.
    static func find(
        in bytes: UnsafeRawBufferPointer, isEnd: Bool, starts: Int, frames: Int, passed: Int = 0
    ) -> Verdict {
        for start in 0..<min(starts, bytes.count) where bytes[start] == 0xff {
            guard start + MPEGHeader.byteCount <= bytes.count else { return isEnd ? .absent : .undecided }
            guard let first = MPEGHeader(bytes[start...]) else { continue }
            let isFar = passed + start > MPEGHeader.maximumFrameBytes
            // Layer I is what tables of bytes look most like, and what nobody records.
            if isFar, first.layer == 1 { continue }
            let wanted = isFar ? farFrames : frames
            var count = 1
            var next = start + first.frameBytes
            while count < wanted {
                guard next + MPEGHeader.byteCount <= bytes.count else {
                    guard isEnd else { return .undecided }
                    break
                }
                guard let header = MPEGHeader(bytes[next...]), header.goes(with: first) else {
                    // An ID3 tag behind the last frame.
                    if count > 1, bytes[next...].starts(with: Array("TAG".utf8)) { break }
                    count = 0
                    break
                }
                count += 1
                next += header.frameBytes
            }
            if isFar, count < wanted { continue }
            // A sound of few samples, over and over, has the bytes of a header everywhere.
            if count > 1, isRepeated(bytes, start, first.frameBytes) { continue }
            // One alone: only if there is nothing else, to be told what it lacks.
            if count > 1 || count == 1 && start == 0 { return .begins(start) }
        }
        return !isEnd && bytes.count < starts ? .undecided : .absent
    }

    /// The longest frame of free format that is looked for: of 640 kbit/s at 24 kHz.
    private static let longestFree = 3841

    /// How many bytes tell whether a stream begins in free format.
    static let freeBytes = liveFreeFrames * (longestFree + 1) + MPEGHeader.byteCount
    private static let liveFreeFrames = 4

    /// Whether these begin with frames whose length no header tells: four of one length, by their headers.
    static func isFreeFormat(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard looksFree(bytes) else { return false }
        func isLikeFirst(_ place: Int) -> Bool {
            bytes[place] == 0xff && bytes[place + 1] == bytes[1] && (bytes[place + 2] ^ bytes[2]) & 0xfc == 0
                && (bytes[place + 3] ^ bytes[3]) & 0xcf == 0
        }
        return (24...longestFree).contains { length in
            var place = 0
            for _ in 0..<liveFreeFrames {
                place += length + Int(bytes[place + 2] >> 1 & 1)
                guard place + MPEGHeader.byteCount <= bytes.count, isLikeFirst(place) else { return false }
            }
            return true
        }
    }

    /// Whether the first bytes are a header that tells no length. (Layer I, whose padding is another, nobody has in
    /// this form.)
    static func looksFree(_ bytes: UnsafeRawBufferPointer) -> Bool {
        MPEGHeader(ofFreeFormat: bytes).map { $0.layer > 1 } == true
    }

    /// Whether the four bytes at `start` stand somewhere among the `count` that follow, too.
    private static func isRepeated(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> Bool {
        let header = bytes[start..<start + MPEGHeader.byteCount]
        return (start + 1..<min(start + count, bytes.count) - MPEGHeader.byteCount).contains {
            bytes[$0] == 0xff && bytes[$0..<$0 + MPEGHeader.byteCount].elementsEqual(header)
        }
    }
}
