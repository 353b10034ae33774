/// One tensor of a model file: what it is called, how it is stored and where it lies.
package struct TensorInfo: Equatable, Sendable {
    /// How elements are stored; the raw value is GGML's type number.
    package enum ElementType: UInt32, Sendable {
        case float32 = 0
        case float16 = 1
        case int8 = 24
        case int16 = 25
        case int32 = 26

        /// Bytes of one element.
        package var size: Int {
            switch self {
            case .float32, .int32: 4
            case .int8: 1
            case .int16, .float16: 2
            }
        }

        /// GGML's name for it.
        package var name: String {
            switch self {
            case .float32: "F32"
            case .float16: "F16"
            case .int8: "I8"
            case .int16: "I16"
            case .int32: "I32"
            }
        }
    }

    package let name: String
    package let type: ElementType
    /// Outermost dimension first, as in the doc comments (GGUF stores them innermost first).
    package let shape: [Int]
    /// Bytes from the start of the file; a multiple of 64.
    package let offset: Int
    package let byteCount: Int
}
