/// How a device writes a sample, in the order in which they are asked for.
package enum SampleEncoding: Int, CaseIterable, Sendable {
    case signed16
    case signed32
    case float32
    case signed24Packed
    case signed24

    /// ALSA's name.
    package var name: String {
        switch self {
        case .signed16: "S16_LE"
        case .signed32: "S32_LE"
        case .float32: "FLOAT_LE"
        case .signed24Packed: "S24_3LE"
        case .signed24: "S24_LE"
        }
    }

    package var bytes: Int {
        switch self {
        case .signed16: 2
        case .signed24Packed: 3
        case .signed32, .float32, .signed24: 4
        }
    }

    /// Decodes `count` samples to -1...1. Integers are divided by their full scale, so that 16 and 24 bits are exact;
    /// of floats, what is no finite number becomes 0.
    package func decode(_ source: UnsafeRawPointer, count: Int, into output: UnsafeMutablePointer<Float>) {
        switch self {
        case .signed16:
            for index in 0..<count {
                let sample = source.loadUnaligned(fromByteOffset: 2 &* index, as: Int16.self)
                output[index] = Float(Int16(littleEndian: sample)) / 32768
            }
        case .signed32:
            for index in 0..<count {
                let sample = source.loadUnaligned(fromByteOffset: 4 &* index, as: Int32.self)
                output[index] = Float(Int32(littleEndian: sample)) / 2_147_483_648
            }
        case .float32:
            for index in 0..<count {
                let bits = source.loadUnaligned(fromByteOffset: 4 &* index, as: UInt32.self)
                let sample = Float(bitPattern: UInt32(littleEndian: bits))
                output[index] = sample.isFinite ? sample : 0
            }
        case .signed24Packed:
            for index in 0..<count {
                let low = source.loadUnaligned(fromByteOffset: 3 &* index, as: UInt16.self)
                let high = source.loadUnaligned(fromByteOffset: 3 &* index &+ 2, as: Int8.self)
                output[index] = Float(Int32(high) << 16 | Int32(UInt16(littleEndian: low))) / 8_388_608
            }
        case .signed24:
            for index in 0..<count {
                let sample = source.loadUnaligned(fromByteOffset: 4 &* index, as: Int32.self)
                // The uppermost byte may hold anything.
                output[index] = Float(Int32(littleEndian: sample) << 8) / 2_147_483_648
            }
        }
    }
}
