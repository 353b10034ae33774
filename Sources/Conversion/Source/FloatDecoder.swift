/// Floats of other widths as doubles, which hold them exactly.
enum FloatDecoder {
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
    static func half(_ bits: UInt16) -> Double { Double(Float16(bitPattern: bits)) }
}
