/// How a GGUF's tensors are stored: blocks of so many elements in so many bytes (ggml project, `ggml-common.h`). What a
/// block stands for is computed in 32-bit floats, in the order of operations of the `gguf` package for Python, to the
/// bit.
package struct BlockType: Sendable {
    package let name: String
    /// GGML's number.
    private let number: UInt32
    /// Of a block.
    let elements: Int
    let bytes: Int
    /// A block's bytes to floats, as many as `elements`.
    private let decode: @Sendable (UnsafeRawBufferPointer, UnsafeMutablePointer<Float>) -> Void

    private static let all = [
        BlockType(name: "F32", number: 0, elements: 1, bytes: 4) { $1[0] = $0.loadUnaligned(as: Float.self) },
        BlockType(name: "F16", number: 1, elements: 1, bytes: 2) { $1[0] = half($0, 0) },
        BlockType(name: "BF16", number: 30, elements: 1, bytes: 2) {
            $1[0] = Float(bitPattern: UInt32($0.loadUnaligned(as: UInt16.self)) << 16)
        },
        BlockType(name: "Q4_0", number: 2, elements: 32, bytes: 18, decode: q4Type0),
        BlockType(name: "Q4_1", number: 3, elements: 32, bytes: 20, decode: q4Type1),
        BlockType(name: "Q5_0", number: 6, elements: 32, bytes: 22, decode: q5Type0),
        BlockType(name: "Q5_1", number: 7, elements: 32, bytes: 24, decode: q5Type1),
        BlockType(name: "Q8_0", number: 8, elements: 32, bytes: 34, decode: q8Type0),
        BlockType(name: "Q4_K", number: 12, elements: 256, bytes: 144, decode: q4K),
        BlockType(name: "Q5_K", number: 13, elements: 256, bytes: 176, decode: q5K),
        BlockType(name: "Q6_K", number: 14, elements: 256, bytes: 210, decode: q6K),
    ]

    /// Those that people meet and that are not read.
    private static let others: [UInt32: String] = [
        9: "Q8_1", 10: "Q2_K", 11: "Q3_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S",
        20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64",
        29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
    ]

    private init(
        name: String, number: UInt32, elements: Int, bytes: Int,
        decode: @escaping @Sendable (UnsafeRawBufferPointer, UnsafeMutablePointer<Float>) -> Void
    ) {
        self.name = name
        self.number = number
        self.elements = elements
        self.bytes = bytes
        self.decode = decode
    }

    /// nil for one that is not read.
    package init?(number: UInt32) {
        guard let known = Self.all.first(where: { $0.number == number }) else { return nil }
        self = known
    }

    static var names: String { all.map(\.name).joined(separator: ", ") }
    static func name(ofUnknown number: UInt32) -> String { others[number] ?? "\(number)" }

    /// What whole blocks stand for.
    package func values(_ blocks: UnsafeRawBufferPointer) -> [Double] {
        let count = blocks.count / bytes
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: elements) { block in
            [Double](unsafeUninitializedCapacity: count * elements) { buffer, initialized in
                guard let floats = block.baseAddress else { return }
                for index in 0..<count {
                    let start = index * bytes
                    decode(UnsafeRawBufferPointer(rebasing: blocks[start..<start + bytes]), floats)
                    for element in 0..<elements { buffer[index * elements + element] = Double(floats[element]) }
                }
                initialized = count * elements
            }
        }
    }

    private static func half(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Float {
        Float(FloatDecoder.half(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
    }

    // MARK: Blocks of 32

    /// A scale, then 16 bytes whose low nibbles are the first half.
    private static func q4Type0(_ block: UnsafeRawBufferPointer, _ output: UnsafeMutablePointer<Float>) {
        let scale = half(block, 0)
        for i in 0..<16 {
            let byte = Int(block[2 + i])
            output[i] = scale * Float((byte & 15) - 8)
            output[16 + i] = scale * Float((byte >> 4) - 8)
        }
    }

    /// The same with a least value after the scale.
    private static func q4Type1(_ block: UnsafeRawBufferPointer, _ output: UnsafeMutablePointer<Float>) {
        let (scale, least) = (half(block, 0), half(block, 2))
        for i in 0..<16 {
            let byte = Int(block[4 + i])
            output[i] = scale * Float(byte & 15) + least
            output[16 + i] = scale * Float(byte >> 4) + least
        }
    }

    /// Four bytes of fifth bits before the nibbles.
    private static func q5Type0(_ block: UnsafeRawBufferPointer, _ output: UnsafeMutablePointer<Float>) {
        let scale = half(block, 0)
        let high = block.loadUnaligned(fromByteOffset: 2, as: UInt32.self)
        for i in 0..<16 {
            let byte = Int(block[6 + i])
            output[i] = scale * Float((byte & 15 | Int(high >> UInt32(i) & 1) << 4) - 16)
            output[16 + i] = scale * Float((byte >> 4 | Int(high >> UInt32(16 + i) & 1) << 4) - 16)
        }
    }

    private static func q5Type1(_ block: UnsafeRawBufferPointer, _ output: UnsafeMutablePointer<Float>) {
        let (scale, least) = (half(block, 0), half(block, 2))
        let high = block.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
        for i in 0..<16 {
            let byte = Int(block[8 + i])
            output[i] = scale * Float(byte & 15 | Int(high >> UInt32(i) & 1) << 4) + least
            output[16 + i] = scale * Float(byte >> 4 | Int(high >> UInt32(16 + i) & 1) << 4) + least
        }
    }

    private static func q8Type0(_ block: UnsafeRawBufferPointer, _ output: UnsafeMutablePointer<Float>) {
        let scale = half(block, 0)
        for i in 0..<32 { output[i] = Float(Int8(bitPattern: block[2 + i])) * scale }
    }

    // MARK: Blocks of 256

    /// The 6-bit scales and least values of eight parts, from their 12 bytes.
    private static func scales(_ bytes: UnsafeRawBufferPointer, _ part: Int) -> (scale: Float, least: Float) {
        let (a, b) = (Int(bytes[part & 3]), Int(bytes[4 + part & 3]))
        let last = Int(bytes[8 + part & 3])
        return part < 4
            ? (Float(a & 63), Float(b & 63))
            : (Float(last & 15 | a >> 2 & 48), Float(last >> 4 | b >> 2 & 48))
    }

    private static func q4K(_ block: UnsafeRawBufferPointer, _ output: UnsafeMutablePointer<Float>) {
        kBlock(block, output, nibbles: 16, high: nil)
    }

    private static func q5K(_ block: UnsafeRawBufferPointer, _ output: UnsafeMutablePointer<Float>) {
        kBlock(block, output, nibbles: 48, high: 16)
    }

    /// Scale and least scale, twelve bytes of parts' scales, fifth bits if there are any, nibbles: of each 32 bytes of
    /// these, the low ones are one part and the high ones the next.
    private static func kBlock(
        _ block: UnsafeRawBufferPointer, _ output: UnsafeMutablePointer<Float>, nibbles: Int, high: Int?
    ) {
        let (scale, leastScale) = (half(block, 0), half(block, 2))
        let parts = UnsafeRawBufferPointer(rebasing: block[4..<16])
        for part in 0..<8 {
            let (step, least) = scales(parts, part)
            let (partScale, partLeast) = (scale * step, leastScale * least)
            for i in 0..<32 {
                let byte = Int(block[nibbles + part / 2 * 32 + i])
                var level = part % 2 == 0 ? byte & 15 : byte >> 4
                if let high { level |= (Int(block[high + i]) >> part & 1) << 4 }
                output[part * 32 + i] = partScale * Float(level) - partLeast
            }
        }
    }

    /// Low nibbles, upper pairs of bits, signed scales of sixteen parts, the scale.
    private static func q6K(_ block: UnsafeRawBufferPointer, _ output: UnsafeMutablePointer<Float>) {
        let scale = half(block, 208)
        for element in 0..<256 {
            // Of each 64 bytes the low nibbles are the first half of 128 elements; of each 32 bytes of upper bits, the
            // lowest pairs are its first quarter.
            let (half, within) = element.quotientAndRemainder(dividingBy: 128)
            let low = Int(block[half * 64 + within % 64])
            let upper = Int(block[128 + half * 32 + within % 32])
            let level = (within < 64 ? low & 15 : low >> 4) | (upper >> (within / 32 * 2) & 3) << 4
            let part = Float(Int8(bitPattern: block[192 + element / 16]))
            output[element] = scale * part * Float(level - 32)
        }
    }
}
