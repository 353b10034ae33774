/// Makes 16-bit PCM WAV files.
public enum WaveFile {
    /// The bytes of a file with `samples` (of several channels: interleaved). What the header states can be falsified,
    /// for tests of readers that must not believe it.
    public static func bytes(
        _ samples: [Int16], rate: UInt32, channels: UInt16 = 1, statedDataBytes: UInt32? = nil, format: UInt16 = 1,
        bitsPerSample: UInt16 = 16
    ) -> [UInt8] {
        let data = samples.flatMap { littleEndian(UInt16(bitPattern: $0)) }
        let stated = statedDataBytes ?? UInt32(data.count)
        let blockAlign = channels &* (bitsPerSample / 8)
        return Array("RIFF".utf8) + littleEndian(UInt32(36) &+ stated) + Array("WAVEfmt ".utf8)
            + littleEndian(UInt32(16)) + littleEndian(format) + littleEndian(channels) + littleEndian(rate)
            + littleEndian(rate &* UInt32(blockAlign)) + littleEndian(blockAlign) + littleEndian(bitsPerSample)
            + Array("data".utf8) + littleEndian(stated) + data
    }

    /// The samples of a file made by `bytes`, or by any tool that writes the plain 44-byte header.
    public static func samples(of bytes: [UInt8]) -> [Int16] {
        stride(from: 44, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
    }
}

/// The bytes of an integer, lowest first.
public func littleEndian<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
