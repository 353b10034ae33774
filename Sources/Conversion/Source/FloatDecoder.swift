/// Floats of other widths as doubles, which hold them exactly.
package enum FloatDecoder {
    /// Elements one behind another.
    @inline(__always)
    static func decode<Bits: BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer, _ convert: (Bits) -> Double
    ) -> [Double] {
        let size = MemoryLayout<Bits>.size
        return [Double](unsafeUninitializedCapacity: bytes.count / size) { buffer, count in
            count = bytes.count / size
            guard let bytes = bytes.baseAddress else { return }
            for index in 0..<count {
                buffer[index] = convert(bytes.loadUnaligned(fromByteOffset: index * size, as: Bits.self))
            }
        }
    }

    /// The upper half of a 32-bit float.
    static func brain(_ bits: UInt16) -> Double { Double(Float(bitPattern: UInt32(bits) << 16)) }

    /// IEEE 754 binary16.
    package static func half(_ bits: UInt16) -> Double {
        // Its exponent and fraction in a float's place are 2^-112 of what they stand for, subnormal ones too.
        var magnitude = Float(bitPattern: UInt32(bits & 0x7fff) << 13) * 0x1p112
        // The largest exponent is infinity's and of what is no number, as it is in a float.
        if magnitude >= 0x1p16 { magnitude = Float(bitPattern: magnitude.bitPattern | Float.infinity.bitPattern) }
        return Double(bits & 0x8000 == 0 ? magnitude : -magnitude)
    }
}
