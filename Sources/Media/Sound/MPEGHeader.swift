/// The four bytes that an MPEG audio frame begins with (ISO/IEC 11172-3, 13818-3, and the common extension to lower
/// rates known as 2.5).
struct MPEGHeader: Equatable {
    static let byteCount = 4
    /// The longest frame of all versions, layers and rates.
    static let maximumFrameBytes = 2881

    /// 1, 2, or 3 for 2.5.
    let version: Int
    let layer: Int
    let sampleRate: Int
    let channels: Int
    let frameBytes: Int
    let samplesPerFrame: Int

    /// - Returns: nil for what is no header, and for one of a frame whose length it does not tell ("free format").
    init?(_ bytes: some Sequence<UInt8>) {
        var iterator = bytes.makeIterator()
        guard iterator.next() == 0xff, let second = iterator.next(), let third = iterator.next(),
            let fourth = iterator.next(), second & 0xe0 == 0xe0
        else { return nil }
        switch second >> 3 & 3 {
        case 0: version = 3
        case 2: version = 2
        case 3: version = 1
        default: return nil
        }
        layer = 4 - Int(second >> 1 & 3)
        let bitrateIndex = Int(third >> 4)
        let rateIndex = Int(third >> 2 & 3)
        // Emphasis 2 is reserved.
        guard layer < 4, (1...14).contains(bitrateIndex), rateIndex < 3, fourth & 3 != 2 else { return nil }
        sampleRate = Self.rates[rateIndex] >> (version - 1)
        channels = fourth >> 6 == 3 ? 1 : 2
        let bitrate = 1000 * Self.bitrates[version == 1 ? layer - 1 : layer == 1 ? 3 : 4][bitrateIndex - 1]
        let padding = Int(third >> 1 & 1)
        switch layer {
        case 1:
            samplesPerFrame = 384
            frameBytes = 4 * (12 * bitrate / sampleRate + padding)
        case 3 where version > 1:
            samplesPerFrame = 576
            frameBytes = 72 * bitrate / sampleRate + padding
        default:
            samplesPerFrame = 1152
            frameBytes = 144 * bitrate / sampleRate + padding
        }
    }

    /// Whether both may be frames of one stream.
    func goes(with other: MPEGHeader) -> Bool {
        version == other.version && layer == other.layer && sampleRate == other.sampleRate
            && channels == other.channels
    }

    private static let rates = [44_100, 48_000, 32_000]
    /// Kilobits a second: version 1, layers I to III; then version 2, layer I; then II and III.
    private static let bitrates = [
        [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
        [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
        [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ]
}

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
        guard bytes.count >= MPEGHeader.byteCount, bytes[0] == 0xff, bytes[2] >> 4 == 0 else { return false }
        // The same with a length.
        return MPEGHeader([bytes[0], bytes[1], bytes[2] | 0x10, bytes[3]]).map { $0.layer > 1 } == true
    }

    /// Whether the four bytes at `start` stand somewhere among the `count` that follow, too.
    private static func isRepeated(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> Bool {
        let header = bytes[start..<start + MPEGHeader.byteCount]
        return (start + 1..<min(start + count, bytes.count) - MPEGHeader.byteCount).contains {
            bytes[$0] == 0xff && bytes[$0..<$0 + MPEGHeader.byteCount].elementsEqual(header)
        }
    }
}
