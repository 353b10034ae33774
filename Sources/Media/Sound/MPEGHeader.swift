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

    /// One of free format, as though it told the least bit rate: all but its length is what it says.
    init?(ofFreeFormat bytes: some Collection<UInt8>) {
        var header = Array(bytes.prefix(Self.byteCount))
        guard header.count == Self.byteCount, header[2] >> 4 == 0 else { return nil }
        header[2] |= 0x10
        self.init(header)
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
