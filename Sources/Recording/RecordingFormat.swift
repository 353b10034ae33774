import CTacitZlib

/// How a recording lies in its file. Numbers are little-endian.
///
///     "TACITREC"  version u32  0 u32                 the header
///     kind u32  length u32  payload  CRC-32 u32      a chunk, of which the checksum covers all that stands before it
///
/// The first chunk holds the settings, the last one says how the stream ended; between them stands, in the order in
/// which it happened, what the source gave and what was told of it. Whatever is missing behind any byte takes nothing
/// from what stands before.
enum RecordingFormat {
    static let magic = Array("TACITREC".utf8)
    static let version: UInt32 = 1
    static let headerBytes = 16
    /// Kind, length and checksum.
    static let chunkOverhead = 12

    enum Kind: UInt32 {
        /// `RecordedSettings`.
        case settings = 1
        /// Stream position i64, wall i64, samples u32, encoding u32, samples.
        case sound = 2
        /// Stream position i64, wall i64, samples lost i64, reason u32, whether the recording lost them u32.
        case soundGap = 3
        /// Number i64, microseconds i64, dropped i64, of these by the recording i64, wall i64, width u32, height u32,
        /// channels u32, 0 u32, pixels.
        case frame = 4
        /// Its end i64 and length i64 in microseconds, wall i64, reason u32, 0 u32.
        case frameGap = 5
        /// Kind of error u32, length u32, text: of a frame that could not be read.
        case brokenFrame = 6
        /// Its end i64, wall i64, seconds of inference f64.
        case reading = 7
        /// Id: u64, u64, u64; wall i64; its end i64, label u32, state u32.
        case event = 8
        /// How the stream ended u32, length u32, text.
        case end = 9

        /// The most bytes of payload that one may have.
        var mostBytes: Int {
            switch self {
            case .settings: 80 << 20
            case .sound: 1 << 28
            case .frame: 64 + 3 << 26
            case .soundGap, .frameGap, .reading, .event: 64
            case .brokenFrame, .end: 8 + mostText
            }
        }
    }

    /// Bytes of an error's text that are kept.
    static let mostText = 2048

    /// How samples are stored: the smaller way that loses nothing.
    enum SampleEncoding: UInt32 {
        case int16 = 0
        case float32 = 1

        var bytes: Int { self == .int16 ? 2 : 4 }
    }

    /// Why the stream ended.
    enum Ending: UInt32 {
        /// The source was over, or there was a wish to stop.
        case over = 0
        /// The recording was as long as it was to be.
        case limit = 1
        /// By an error, which the text says.
        case error = 2
    }

    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var sum = crc32(0, nil, 0)
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(1 << 30)
            UnsafeRawBufferPointer(rebasing: part).withMemoryRebound(to: UInt8.self) {
                sum = crc32(sum, $0.baseAddress, uInt($0.count))
            }
            rest = rest.dropFirst(part.count)
        }
        return UInt32(truncatingIfNeeded: sum)
    }
}
