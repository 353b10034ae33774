/// Appends the numbers and strings of a GGUF header, little-endian.
struct HeaderBuilder {
    private(set) var bytes: [UInt8] = []
    /// Offset of each string value's first byte.
    private(set) var stringOffsets: [String: Int] = [:]

    mutating func append(_ raw: [UInt8]) {
        bytes += raw
    }

    mutating func append<Number: BitwiseCopyable>(_ number: Number) {
        withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ text: String) {
        append(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func append(_ key: String, _ value: Metadata.Value) {
        append(key)
        switch value {
        case .uint32(let number):
            append(.uint32)
            append(number)
        case .float32(let number):
            append(.float32)
            append(number)
        case .float64(let number):
            append(.float64)
            append(number)
        case .bool(let flag):
            append(.bool)
            append(UInt8(flag ? 1 : 0))
        case .string(let text):
            append(.string)
            append(text)
            stringOffsets[key] = bytes.count - text.utf8.count
        case .uint32s(let numbers):
            append(.uint32, count: numbers.count)
            for number in numbers { append(number) }
        case .float32s(let numbers):
            append(.float32, count: numbers.count)
            for number in numbers { append(number) }
        case .float64s(let numbers):
            append(.float64, count: numbers.count)
            for number in numbers { append(number) }
        case .strings(let texts):
            append(.string, count: texts.count)
            for text in texts { append(text) }
        case .other:
            preconditionFailure("Only values that a model file uses are written")
        }
    }

    mutating func append(_ tensor: TensorInfo, dataOffset: Int) {
        append(tensor.name)
        append(UInt32(tensor.shape.count))
        for dimension in tensor.shape.reversed() { append(UInt64(dimension)) }
        append(tensor.type.rawValue)
        append(UInt64(tensor.offset - dataOffset))
    }

    mutating func replace(at offset: Int, with text: String) {
        bytes.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }

    private mutating func append(_ type: GGUF.ValueType) {
        append(type.rawValue)
    }

    private mutating func append(_ type: GGUF.ValueType, count: Int) {
        append(.array)
        append(type)
        append(UInt64(count))
    }
}
