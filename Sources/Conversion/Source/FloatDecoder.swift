/// Floats of other widths as doubles, which hold them exactly.
enum FloatDecoder {
    /// Elements one behind another.
    static func decode<Bits: BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer, _ convert: (Bits) -> Double
    ) -> [Double] {
        let size = MemoryLayout<Bits>.size
        return [Double](unsafeUninitializedCapacity: bytes.count / size) { buffer, count in
            count = bytes.count / size
            for index in 0..<count {
                buffer[index] = convert(bytes.loadUnaligned(fromByteOffset: index * size, as: Bits.self))
            }
        }
    }

    /// The upper half of a 32-bit float.
    static func brain(_ bits: UInt16) -> Double { Double(Float(bitPattern: UInt32(bits) << 16)) }

    /// IEEE 754 binary16.
    static func half(_ bits: UInt16) -> Double {
        let exponent = Int(bits >> 10) & 31
        let fraction = Double(bits & 1023)
        let magnitude: Double
        switch exponent {
        case 0: magnitude = fraction * 0x1p-24
        case 31: magnitude = fraction == 0 ? .infinity : .nan
        default:
            magnitude = Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
        }
        return bits & 0x8000 == 0 ? magnitude : -magnitude
    }
}
