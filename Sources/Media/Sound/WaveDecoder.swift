import TacitDiagnostics

/// WAV, RF64 and BW64 of plain samples, chunk by chunk as the bytes come.
///
/// Lengths that can't be (0 or all ones, as a recorder leaves them that writes to a pipe or was stopped) mean: up to
/// the end. Every data chunk counts, and so does a file that was joined behind another. Where the form's length and its
/// chunks' agree, what stands behind the form is no sound; where they don't, the header was written before the samples.
final class WaveDecoder: SoundDecoder {
    private(set) var sampleRate = 0
    private(set) var channels = 0

    private let stream: ByteStream
    private var format: WaveFormat?
    /// Bytes of the data chunk that are left; `Int.max` up to the end.
    private var left = 0
    /// Whether the data chunk's length is one that somebody has counted.
    private var isBelieved = false
    /// Whether a byte fills up the data chunk.
    private var isPadded = false
    /// Whether nothing behind the samples is looked at.
    private var isLast = false
    /// Whether there was a data chunk with samples in it.
    private var hasData = false
    /// Where the form begins, and where it ends by its own length; `Int.max` where that is not stated.
    private var formStart = 0
    private var formEnd = Int.max
    /// Whether a chunk behind samples has ended where the form does.
    private var isFinished = false
    /// Bytes behind a finished form that are no sound, to be told.
    private var passed = 0
    /// The data chunk's length by the `ds64` chunk.
    private var longLength = 0
    private let bytes: UnsafeMutableRawPointer
    private static let byteCapacity = 1 << 15
    private static let leastRest = 4096
    /// Programs that write to a pipe state about 2^31 or 2^32 bytes, each a few less in its own way.
    private static let leastPlaceholder = 0x7ff0_0000

    /// A decoder for the stream, at its first byte: libsndfile's where the samples are not plain.
    static func open(_ stream: ByteStream) throws -> any SoundDecoder {
        if let tag = try codec(
            in: try stream.peek(stream.isRegularFile ? ByteStream.maximumPeek : ByteStream.maximumPeek / 16)),
            tag.isCoded
        {
            if tag.number == 0x55 || tag.number == 0x50 {
                // The data chunk is a stream of frames like any other.
                guard case .mpeg = try SoundSignature.findMPEG(in: stream) else {
                    throw TacitError(.badData, "WAV of MP3 without a frame of it")
                }
                return try MPEGDecoder(stream)
            }
            return try SndfileDecoder(stream, isKnown: true)
        }
        return try WaveDecoder(stream)
    }

    init(_ stream: ByteStream) throws {
        self.stream = stream
        bytes = .allocate(byteCount: Self.byteCapacity, alignment: 16)
        guard try nextData() else {
            throw TacitError(.badData, format == nil ? "WAV without a 'fmt ' chunk" : "holds no samples")
        }
    }

    /// - Parameters:
    ///   - stream: at its first sample.
    ///   - format: of the samples.
    ///   - length: bytes of them, behind which nothing is looked at; `Int.max` up to the end.
    init(_ stream: ByteStream, samples format: WaveFormat, length: Int) {
        self.stream = stream
        self.format = format
        (sampleRate, channels, left) = (format.sampleRate, format.channels, length)
        isBelieved = length != .max
        isLast = true
        bytes = .allocate(byteCount: Self.byteCapacity, alignment: 16)
    }

    deinit { bytes.deallocate() }

    func decode(into block: UnsafeMutableBufferPointer<Float>) throws -> DecodedBlock {
        guard let target = block.baseAddress else { return .end }
        while let format {
            let frames = min(block.count / channels, left / format.frameBytes, Self.byteCapacity / format.frameBytes)
            if frames > 0 {
                // What is at hand, but whole frames of it.
                var filled = try stream.read(into: bytes, count: frames * format.frameBytes)
                let rest = filled % format.frameBytes
                if rest > 0 { filled += try stream.fill(bytes + filled, count: format.frameBytes - rest) }
                let count = filled / format.frameBytes
                if left != .max { left -= count * format.frameBytes }
                if count > 0 {
                    format.decode(bytes, count: count * channels, into: target)
                    return .frames(count)
                }
                let lacking = isBelieved && left != .max ? left / format.frameBytes : 0
                left = 0
                if lacking > 0 { return .lacking(lacking) }
            }
            let (rate, width) = (sampleRate, channels)
            guard try nextData() else {
                defer { passed = 0 }
                return passed > 0 ? .skipped(bytes: passed, samplesAgo: 0) : .end
            }
            if rate != sampleRate || width != channels { return .changed }
        }
        return .end
    }

    /// To the next data chunk; false at the end.
    private func nextData() throws -> Bool {
        if isLast { return false }
        try stream.skip(left)
        left = 0
        if isPadded { try skipPadding() }
        isPadded = false
        while true {
            // A byte that fills up the last chunk may not be counted.
            if hasData, stream.position == formEnd || stream.position - 1 == formEnd { isFinished = true }
            let head = [UInt8](try stream.peek(12).prefix(12))
            guard head.count >= 8 else { return false }
            let name = [UInt8](head[..<4])
            let size = head[4..<8].littleEndianNumber
            if head.count == 12, Self.forms.contains(name), head[8...].elementsEqual(Array("WAVE".utf8)) {
                formStart = stream.position
                setFormEnd(size < Self.leastPlaceholder ? size : 0)
                isFinished = false
                try stream.skip(12)
                longLength = 0
                continue
            }
            // Behind the samples anything may stand: a tag, or samples of which the header does not know, having been
            // written before they came. Before them a name may be anything.
            if hasData, !Self.isName(name) || isFinished && !Self.mayFollow(name) {
                guard try stream.peek(Self.leastRest).count >= Self.leastRest else { return false }
                if isFinished {
                    if try SoundTags.skip(stream) { continue }
                    if !areLengthsWrapped {
                        passed = try bytesBehind()
                        isLast = true
                        return false
                    }
                }
                left = .max
                return true
            }
            try stream.skip(8)
            switch String(decoding: name, as: UTF8.self) {
            case "fmt ": try readFormat(size)
            case "ds64":
                let body = [UInt8](try stream.peek(16).prefix(16))
                if body.count == 16, size >= 16 {
                    setFormEnd(Self.longNumber(body[..<8]))
                    longLength = Self.longNumber(body[8...])
                }
                try stream.skip(size + size & 1)
            case "data":
                guard format != nil else {
                    throw TacitError(.badData, "WAV whose samples come before its 'fmt ' chunk")
                }
                left = try length(of: size)
                isBelieved = size < Self.leastPlaceholder || size == 0xffff_ffff
                if left == 0 { continue }
                hasData = true
                isPadded = left != .max && left & 1 != 0
                return true
            default:
                try stream.skip(size)
                if size & 1 != 0 { try skipPadding() }
            }
        }
    }

    /// - Parameter size: what the form's header says of its length; 0 for nothing.
    private func setFormEnd(_ size: Int) { formEnd = size > 0 && size < 1 << 62 ? formStart + 8 + size : .max }

    private static func longNumber(_ bytes: ArraySlice<UInt8>) -> Int {
        Int(clamping: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    /// Bytes up to the end of the file, if they do not begin with zeros as a file's end is filled up with; of a pipe,
    /// which need not end, none.
    private func bytesBehind() throws -> Int {
        guard try stream.peek(Self.leastRest).contains(where: { $0 != 0 }) else { return 0 }
        return stream.bytesLeft ?? 0
    }

    /// Whether what is left is what lengths of 32 bits can't count: some programs write those of longer files modulo
    /// 2^32, a byte to fill up aside.
    private var areLengthsWrapped: Bool {
        guard let rest = stream.bytesLeft else { return false }
        return rest >= 1 << 32 && rest & 0xffff_ffff <= 1
    }

    private static let forms = ["RIFF", "RF64", "BW64"].map { Array($0.utf8) }

    private func readFormat(_ size: Int) throws {
        let count = min(size, 64)
        let body = [UInt8](try stream.peek(count).prefix(count))
        try stream.skip(size)
        if size & 1 != 0 { try skipPadding() }
        guard body.count >= 16 else { throw TacitError(.badData, "WAV that ends in its header") }
        guard let format = WaveFormat(body) else {
            throw TacitError(.badData, "WAV of a codec that is not read here: \(SoundSignature.remedy(stream))")
        }
        self.format = format
        sampleRate = format.sampleRate
        channels = format.channels
    }

    /// The bytes of a data chunk.
    private func length(of stated: Int) throws -> Int {
        if stated == 0xffff_ffff { return longLength > 0 && longLength < 1 << 62 ? longLength : .max }
        guard stated == 0 else { return stated }
        // An empty chunk has another behind it, or nothing.
        let next = try stream.peek(8)
        guard next.count >= 8 else { return 0 }
        return Self.isUsual(next) ? 0 : .max
    }

    /// What the chunks of files in use are called.
    private static let usualChunks: Set<String> = [
        "DISP", "FLLR", "ID3 ", "JUNK", "LIST", "PAD ", "PEAK", "RF64", "RIFF", "SAUR", "XMP ", "_PMX", "acid",
        "adtl", "afsp", "aXML", "axml", "bext", "cart", "chna", "cue ", "data", "ds64", "fact", "fmt ", "iXML", "id3 ",
        "inst", "junk", "levl", "link", "mext", "minf", "plst", "regn", "slnt", "smpl", "strc", "umid", "wavl",
    ]

    private static func isUsual(_ bytes: some Collection<UInt8>) -> Bool {
        usualChunks.contains(String(decoding: bytes.prefix(4), as: UTF8.self))
    }

    /// Whether a chunk of that name may stand behind a finished form: of what says something of it, not of samples.
    private static func mayFollow(_ name: [UInt8]) -> Bool {
        isUsual(name) && !["data", "wavl"].contains(String(decoding: name, as: UTF8.self))
    }

    private static func isName(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.prefix(4).allSatisfy { (0x20..<0x7f).contains($0) }
    }

    /// A chunk of odd length has a byte behind it, which some writers forget.
    private func skipPadding() throws {
        let next = try stream.peek(5)
        guard let first = next.first else { return }
        let isForgotten =
            first != 0 && next.count >= 4
            && (Self.isUsual(next) || !Self.isUsual(next[1...]) && Self.isName(next) && !Self.isName(next[1...]))
        if !isForgotten { try stream.skip(1) }
    }

    /// The codec's number, if the `fmt ` chunk is within reach.
    private static func codec(in bytes: UnsafeRawBufferPointer) throws -> (number: Int, isCoded: Bool)? {
        var place = 12
        while place + 8 <= bytes.count {
            let size = bytes[place + 4..<place + 8].littleEndianNumber
            if bytes[place...].starts(with: Array("fmt ".utf8)) {
                let body = [UInt8](bytes[(place + 8)...].prefix(min(size, 64)))
                guard body.count >= 16 else { return nil }
                let tag = Int(body[0]) | Int(body[1]) << 8
                return (tag, WaveFormat(body) == nil)
            }
            place += 8 + size + size & 1
        }
        return nil
    }
}
