import TacitDiagnostics

/// Wave64 (Sonic Foundry): WAV with names of 16 bytes and lengths of eight, those of the names included.
enum Wave64 {
    private static let nameBytes = 16
    private static let headBytes = 24
    /// The form's head, and the name behind it.
    private static let formBytes = 40

    /// libsndfile's decoder, but for floats that an extensible header says are some: libsndfile (1.2.2) reads those as
    /// integers.
    static func decoder(_ stream: ByteStream) throws -> any SoundDecoder {
        guard let (format, place, length) = floats(in: try stream.peek(ByteStream.maximumPeek / 16)) else {
            return try SndfileDecoder(stream, isKnown: true)
        }
        try stream.skip(place)
        return WaveDecoder(stream, samples: format, length: length)
    }

    /// How such samples lie, where they begin and how many bytes they have; nil for any others.
    private static func floats(in bytes: UnsafeRawBufferPointer) -> (WaveFormat, place: Int, length: Int)? {
        var format: WaveFormat?
        var place = formBytes
        while place + headBytes <= bytes.count {
            let name = String(decoding: bytes[place..<place + 4], as: UTF8.self)
            let size = Int(
                clamping: UInt64(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: place + nameBytes, as: UInt64.self)))
            let body = place + headBytes
            if name == "data" {
                // A recorder that writes to a pipe leaves 0 or all ones.
                return format.map { ($0, body, size <= headBytes || size == .max ? .max : size - headBytes) }
            }
            guard size >= headBytes, size < bytes.count else { return nil }
            // Bodies are filled up to eight bytes.
            let next = place + (size + 7) & ~7
            guard next <= bytes.count else { return nil }
            if name == "fmt " {
                let chunk = [UInt8](bytes[body..<place + size].prefix(64))
                guard chunk.count >= 40, chunk[0] == 0xfe, chunk[1] == 0xff else { return nil }
                format = WaveFormat(chunk)
                guard format?.encoding == .float32 || format?.encoding == .float64 else { return nil }
            }
            place = next
        }
        return nil
    }
}
