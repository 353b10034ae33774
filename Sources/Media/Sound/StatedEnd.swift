/// Where AIFF, IFF (8SVX, 16SV), AU, CAF, W64 and WAV files end by their own headers.
///
/// A length counts as stated if it is neither next to nothing (0, or no more than stands in front of the samples) nor
/// so large as programs state it that write to a pipe: all ones, about 2^31 or 2^32, or in eight bytes more than any
/// disk has.
struct StatedEnd {
    /// Behind the last sample.
    let samples: Int
    /// Behind the whole file; nil where its header does not say.
    let file: Int?

    /// How the chunks of a format lie.
    private struct Layout {
        /// Where the first one begins.
        let start: Int
        /// What those with the samples are called.
        let names: [String]
        let nameBytes: Int
        let sizeBytes: Int
        /// Whether lengths have their highest byte in front.
        let isBig: Bool
        /// Chunks begin at multiples of it.
        let unit: Int
        /// Whether a chunk's length is that of its name and its length, too.
        let countsHead: Bool

        static let form = Layout(
            start: 12, names: ["SSND", "BODY"], nameBytes: 4, sizeBytes: 4, isBig: true, unit: 2, countsHead: false)
        static let wave = Layout(
            start: 12, names: ["data"], nameBytes: 4, sizeBytes: 4, isBig: false, unit: 2, countsHead: false)
        static let bigWave = Layout(
            start: 12, names: ["data"], nameBytes: 4, sizeBytes: 4, isBig: true, unit: 2, countsHead: false)
        static let wave64 = Layout(
            start: 40, names: ["data"], nameBytes: 16, sizeBytes: 8, isBig: false, unit: 8, countsHead: true)
        static let core = Layout(
            start: 8, names: ["data"], nameBytes: 4, sizeBytes: 8, isBig: true, unit: 1, countsHead: false)
    }

    /// - Parameter bytes: of the whole file.
    /// - Returns: nil for any other file, and for one that does not state where its samples end.
    init?(_ bytes: SeekableBytes) {
        let head = bytes.bytes(at: 0, count: 24)
        guard head.count == 24 else { return nil }
        let layout: Layout
        switch String(decoding: head[..<4], as: UTF8.self) {
        case ".snd":
            let size = Self.number(head[8..<12], isBig: true)
            guard Self.isStated(size, 4) else { return nil }
            samples = Self.number(head[4..<8], isBig: true) + size
            file = nil
            return
        case "FORM":
            layout = .form
            let size = Self.number(head[4..<8], isBig: true)
            file = Self.isStated(size, 4) ? 8 + size : nil
        case "riff":
            layout = .wave64
            let size = Self.number(head[16..<24], isBig: false)
            file = Self.isStated(size, 8) ? size : nil
        case "RIFF":
            layout = .wave
            file = nil
        case "RIFX":
            layout = .bigWave
            file = nil
        case "caff":
            layout = .core
            file = nil
        default: return nil
        }
        guard let end = Self.end(bytes, layout) else { return nil }
        samples = end
    }

    /// Behind the samples of the first chunk that has some.
    private static func end(_ bytes: SeekableBytes, _ layout: Layout) -> Int? {
        var place = layout.start
        for _ in 0..<1000 {
            let head = bytes.bytes(at: place, count: layout.nameBytes + layout.sizeBytes)
            guard head.count == layout.nameBytes + layout.sizeBytes else { return nil }
            let stated = number(head[layout.nameBytes...], isBig: layout.isBig)
            let size = stated - (layout.countsHead ? head.count : 0)
            let body = place + head.count
            if layout.names.contains(String(decoding: head[..<4], as: UTF8.self)) {
                return isStated(size, layout.sizeBytes) ? body + size : nil
            }
            guard (0..<bytes.count).contains(size) else { return nil }
            place = body + (size + layout.unit - 1) / layout.unit * layout.unit
        }
        return nil
    }

    /// - Parameters:
    ///   - size: what the header says.
    ///   - count: bytes in which it says so.
    private static func isStated(_ size: Int, _ count: Int) -> Bool {
        size > 8 && size < (count == 8 ? 1 << 48 : 0x7000_0000)
    }

    private static func number(_ bytes: ArraySlice<UInt8>, isBig: Bool) -> Int {
        let digits = isBig ? Array(bytes) : bytes.reversed()
        return Int(clamping: digits.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}
