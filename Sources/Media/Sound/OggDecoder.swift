import TacitDiagnostics

/// The links of an Ogg stream one after another, each by its own codec.
final class OggDecoder: SoundDecoder {
    private let reader: OggReader
    private var link: any SoundDecoder
    /// Whether what was lost of this link was told already, in samples.
    private var hasTold = false
    /// Samples a channel since bytes were passed over that are of no page.
    private var samplesSince = 0

    init(_ stream: ByteStream) throws {
        reader = OggReader(stream)
        guard let link = try Self.open(reader) else { throw TacitError(.badData, "Ogg without a whole page in it") }
        self.link = link
    }

    var sampleRate: Int { link.sampleRate }
    var channels: Int { link.channels }

    func decode(into block: UnsafeMutableBufferPointer<Float>) throws -> DecodedBlock {
        while true {
            let decoded = try link.decode(into: block)
            switch decoded {
            case .frames(let count):
                if reader.skipped > 0 { samplesSince += count }
                return decoded
            case .lost, .lacking:
                hasTold = true
                return decoded
            case .changed, .skipped: return decoded
            case .end: break
            }
            let skipped = reader.takeSkipped()
            defer { samplesSince = 0 }
            if skipped > 0, !hasTold { return .skipped(bytes: skipped, samplesAgo: samplesSince) }
            hasTold = false
            let (rate, width) = (sampleRate, channels)
            guard let next = try Self.open(reader) else { return .end }
            link = next
            if rate != sampleRate || width != channels { return .changed }
        }
    }

    private static func open(_ reader: OggReader) throws -> (any SoundDecoder)? {
        switch try reader.nextLink() {
        case .vorbis: try VorbisDecoder(reader)
        case .opus: try OpusDecoder(reader)
        case .flac: try FLACDecoder(reader)
        case nil: nil
        }
    }
}
