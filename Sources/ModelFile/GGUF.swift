import TacitDiagnostics

#if _endian(big)
    #error("Model files are used where they lie and hold little-endian numbers")
#endif

/// The parts of GGUF version 3 that a model file uses. The format is described in the ggml project,
/// `docs/gguf.md`; the names here follow it.
package enum GGUF {
    /// "GGUF".
    package static let magic: [UInt8] = [0x47, 0x47, 0x55, 0x46]
    static let version: UInt32 = 3

    /// What is wrong with a version whose bytes are the other way round; nil for any other.
    package static func foreignOrder(_ version: UInt32) -> String? {
        guard (1...self.version).contains(version.byteSwapped) else { return nil }
        return
            "GGUF version \(version.byteSwapped) with its bytes in the other order (big-endian), expected little-endian"
    }

    /// What every tensor's offset is a multiple of, so that panels can be loaded a cache line at a time.
    static let alignment = 64
    static let architecture = "tacit"

    /// Most metadata pairs a file may have. A model file has about 50.
    static let maximumPairs = 1024
    /// Most tensors a file may have: at most 24 a block.
    static let maximumTensors = 1 << 16
    /// Longest key and longest tensor name, bytes.
    static let maximumName = 256
    /// Longest string among the values, bytes.
    static let maximumString = 1 << 20
    /// Most bytes before the tensors' data.
    static let maximumHeader = 1 << 26

    /// How a metadata value is stored.
    package enum ValueType: UInt32 {
        case uint8 = 0
        case int8 = 1
        case uint16 = 2
        case int16 = 3
        case uint32 = 4
        case int32 = 5
        case float32 = 6
        case bool = 7
        case string = 8
        case array = 9
        case uint64 = 10
        case int64 = 11
        case float64 = 12

        /// The type of a key's value, or of the elements of one.
        ///
        /// - Throws: `TacitError` (bad data) for none that there is.
        package init(reading cursor: inout ByteCursor, key: String) throws {
            let number = try cursor.number(UInt32.self, "the type of \(key)")
            guard let type = Self(rawValue: number) else {
                throw TacitError(.badData, place: key, "unknown metadata type \(number)")
            }
            self = type
        }

        /// Bytes of one value; for strings the least that one takes; nil for arrays.
        package var minimumSize: Int? {
            switch self {
            case .uint8, .int8, .bool: 1
            case .uint16, .int16: 2
            case .uint32, .int32, .float32: 4
            case .uint64, .int64, .float64, .string: 8
            case .array: nil
            }
        }
    }

    /// A tensor's name, which is where all else that is wrong with it is said to be.
    ///
    /// - Throws: `TacitError` (bad data) for an empty one, and for one that is longer than `atMost` bytes.
    package static func tensorName(reading cursor: inout ByteCursor, atMost: Int) throws -> String {
        let start = cursor.offset
        let name = try cursor.string("a tensor's name", atMost: atMost)
        guard !name.isEmpty else { throw TacitError(.badData, place: "byte \(start)", "a tensor without a name") }
        return name
    }

    /// `count` rounded up to whole units of `alignment`. `count` is at most the length of a file.
    static func aligned(_ count: Int) -> Int {
        (count + alignment - 1) & ~(alignment - 1)
    }
}
