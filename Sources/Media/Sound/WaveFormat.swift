/// How the samples of a WAV file lie in its data, as its `fmt ` chunk says.
struct WaveFormat: Equatable {
    enum Encoding {
        case unsigned8, signed16, signed24, signed32, float32, float64, aLaw, muLaw
    }

    let encoding: Encoding
    let sampleRate: Int
    let channels: Int
    /// Bytes of one sample.
    let sampleBytes: Int
    var frameBytes: Int { sampleBytes * channels }

    /// - Parameter chunk: the body of the chunk.
    /// - Returns: nil for a codec that is not of plain samples, or a header that makes no sense.
    init?(_ chunk: [UInt8]) {
        func number(_ place: Int, _ count: Int) -> Int {
            guard place + count <= chunk.count else { return 0 }
            return chunk[place..<place + count].littleEndianNumber
        }
        var tag = number(0, 2)
        channels = number(2, 2)
        sampleRate = number(4, 4)
        let frame = number(12, 2)
        let bits = number(14, 2)
        // WAVE_FORMAT_EXTENSIBLE: the tag begins the subformat's identifier.
        if tag == 0xfffe { tag = number(24, 2) }
        guard channels > 0, (1...64).contains(bits) else { return nil }
        // Samples that fill their bytes only in part are those of the whole bytes, with zeros below. Of those that would
        // fit in three some writers make four; any other length of a frame that does not fit is a wrong one.
        let least = (bits + 7) / 8
        sampleBytes = least == 3 && frame == 4 * channels ? 4 : least
        switch (tag, sampleBytes) {
        case (1, 1): encoding = .unsigned8
        case (1, 2): encoding = .signed16
        case (1, 3): encoding = .signed24
        case (1, 4): encoding = .signed32
        case (3, 4): encoding = .float32
        case (3, 8): encoding = .float64
        case (6, 1): encoding = .aLaw
        case (7, 1): encoding = .muLaw
        default: return nil
        }
    }

    /// Makes samples of -1...1.
    ///
    /// - Parameter count: samples, of all channels.
    func decode(_ bytes: UnsafeRawPointer, count: Int, into output: UnsafeMutablePointer<Float>) {
        switch encoding {
        case .unsigned8:
            for index in 0..<count {
                output[index] = (Float(bytes.load(fromByteOffset: index, as: UInt8.self)) - 128) / 128
            }
        case .signed16:
            for index in 0..<count {
                let sample = bytes.loadUnaligned(fromByteOffset: 2 &* index, as: Int16.self)
                output[index] = Float(Int16(littleEndian: sample)) / 32768
            }
        case .signed24:
            for index in 0..<count {
                let low = UInt32(bytes.load(fromByteOffset: 3 &* index, as: UInt8.self))
                let middle = UInt32(bytes.load(fromByteOffset: 3 &* index &+ 1, as: UInt8.self))
                let high = UInt32(bytes.load(fromByteOffset: 3 &* index &+ 2, as: UInt8.self))
                output[index] = Float(Int32(bitPattern: high << 24 | middle << 16 | low << 8)) / 2_147_483_648
            }
        case .signed32:
            for index in 0..<count {
                let sample = bytes.loadUnaligned(fromByteOffset: 4 &* index, as: Int32.self)
                output[index] = Float(Int32(littleEndian: sample)) / 2_147_483_648
            }
        case .float32:
            for index in 0..<count {
                let pattern = bytes.loadUnaligned(fromByteOffset: 4 &* index, as: UInt32.self)
                output[index] = Float(bitPattern: UInt32(littleEndian: pattern))
            }
        case .float64:
            for index in 0..<count {
                let pattern = bytes.loadUnaligned(fromByteOffset: 8 &* index, as: UInt64.self)
                output[index] = Float(Double(bitPattern: UInt64(littleEndian: pattern)))
            }
        case .aLaw:
            for index in 0..<count { output[index] = Self.aLaw(bytes.load(fromByteOffset: index, as: UInt8.self)) }
        case .muLaw:
            for index in 0..<count { output[index] = Self.muLaw(bytes.load(fromByteOffset: index, as: UInt8.self)) }
        }
    }

    /// ITU-T G.711.
    private static func aLaw(_ byte: UInt8) -> Float {
        let code = byte ^ 0x55
        let exponent = Int(code >> 4 & 7)
        let mantissa = Int(code & 15)
        let magnitude = exponent == 0 ? mantissa << 4 + 8 : (mantissa << 4 + 0x108) << (exponent - 1)
        return Float(code & 0x80 != 0 ? magnitude : -magnitude) / 32768
    }

    /// ITU-T G.711.
    private static func muLaw(_ byte: UInt8) -> Float {
        let code = ~byte
        let magnitude = ((Int(code & 15) << 3 + 0x84) << Int(code >> 4 & 7)) - 0x84
        return Float(code & 0x80 != 0 ? -magnitude : magnitude) / 32768
    }
}
