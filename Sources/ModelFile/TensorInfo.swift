/// One tensor of a model file: what it is called, how it is stored and where it lies.
public struct TensorInfo: Equatable, Sendable {
    /// How elements are stored; the raw value is GGML's type number.
    public enum ElementType: UInt32, Sendable {
        case float32 = 0
        case int8 = 24
        case int32 = 26

        /// Bytes of one element.
        public var size: Int {
            switch self {
            case .float32, .int32: 4
            case .int8: 1
            }
        }

        /// GGML's name for it.
        public var name: String {
            switch self {
            case .float32: "F32"
            case .int8: "I8"
            case .int32: "I32"
            }
        }
    }

    public let name: String
    public let type: ElementType
    /// Outermost dimension first, as in the doc comments (GGUF stores them innermost first).
    public let shape: [Int]
    /// Bytes from the start of the file; a multiple of 64.
    public let offset: Int
    public let byteCount: Int
}
