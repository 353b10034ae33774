import TacitDiagnostics

/// The links of an Ogg stream one after another, each by its own codec.
final class OggDecoder: SoundDecoder {
    private let reader: OggReader
    private var link: any SoundDecoder

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
            guard case .end = decoded else { return decoded }
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
