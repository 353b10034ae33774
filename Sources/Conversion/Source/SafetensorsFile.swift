import TacitDiagnostics
import TacitModelFile
import TacitText

/// A safetensors file (https://github.com/huggingface/safetensors, "Format"): 8 bytes of header length, a JSON header,
/// then the tensors' data, which they cover without overlap or hole.
final class SafetensorsFile {
    /// How elements are stored.
    enum ElementType: String {
        case float64 = "F64"
        case float32 = "F32"
        case float16 = "F16"
        case bfloat16 = "BF16"
        case int64 = "I64"
        case uint64 = "U64"
        case int32 = "I32"
        case uint32 = "U32"
        case int16 = "I16"
        case uint16 = "U16"
        case int8 = "I8"
        case uint8 = "U8"
        case bool = "BOOL"

        /// Bytes of one element.
        var size: Int {
            switch self {
            case .float64, .int64, .uint64: 8
            case .float32, .int32, .uint32: 4
            case .float16, .bfloat16, .int16, .uint16: 2
            case .int8, .uint8, .bool: 1
            }
        }
    }

    struct Tensor {
        let type: ElementType
        let shape: [Int]
        /// From the start of the file.
        let range: Range<Int>
    }

    /// Longest header; the reference implementation's own limit.
    static let maximumHeader = 100_000_000

    let path: String
    let tensors: [String: Tensor]
    private let map: FileMap

    /// - Throws: `TacitError` of kind `badData` for anything that the format does not allow.
    init(path: String, map: FileMap) throws {
        self.path = path
        self.map = map
        do {
            tensors = try withExtendedLifetime(map) { try Self.tensors(map.bytes) }
        } catch let error as TacitError {
            throw error.inFile(path)
        }
    }

    /// A tensor's elements; nil if they are no floats.
    func values(of tensor: Tensor) -> [Double]? {
        withExtendedLifetime(map) {
            let bytes = UnsafeRawBufferPointer(rebasing: map.bytes[tensor.range])
            return switch tensor.type {
            case .float64: FloatDecoder.decode(bytes) { (bits: UInt64) in Double(bitPattern: bits) }
            case .float32: FloatDecoder.decode(bytes) { (bits: UInt32) in Double(Float(bitPattern: bits)) }
            case .bfloat16: FloatDecoder.decode(bytes, FloatDecoder.brain)
            case .float16: FloatDecoder.decode(bytes, FloatDecoder.half)
            default: nil
            }
        }
    }

    private static func fault(_ place: String, _ reason: String) -> TacitError {
        TacitError(.badData, place: place, reason)
    }

    private static func tensors(_ bytes: UnsafeRawBufferPointer) throws -> [String: Tensor] {
        guard bytes.count >= 8 else { throw fault("byte \(bytes.count)", "too short for a safetensors file") }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(min(maximumHeader, bytes.count - 8)) else {
            throw fault("byte 0", "header of \(length) bytes in a file of \(bytes.count)")
        }
        let dataOffset = 8 + Int(length)
        let header = try JSONParser.parse(UnsafeRawBufferPointer(rebasing: bytes[8..<dataOffset]))
        guard case .object(let members) = header else { throw fault("header", "expected an object") }

        var tensors: [String: Tensor] = [:]
        for member in members where member.key != "__metadata__" {
            tensors[member.key] = try tensor(member, dataOffset: dataOffset, end: bytes.count)
        }
        var position = dataOffset
        for (name, tensor) in tensors.sorted(by: {
            ($0.value.range.lowerBound, $0.value.range.upperBound) < (
                $1.value.range.lowerBound, $1.value.range.upperBound
            )
        }) {
            guard tensor.range.lowerBound == position else {
                let trouble = tensor.range.lowerBound < position ? "overlaps another" : "leaves a hole before it"
                throw fault(name, "the tensor's data \(trouble)")
            }
            position = tensor.range.upperBound
        }
        guard position == bytes.count else {
            throw fault("byte \(position)", "\(bytes.count - position) bytes belong to no tensor")
        }
        return tensors
    }

    private static func tensor(_ member: JSONMember, dataOffset: Int, end: Int) throws -> Tensor {
        let name = member.key
        guard case .object(let fields) = member.value,
            Set(fields.map(\.key)) == ["dtype", "shape", "data_offsets"]
        else { throw fault(name, "expected dtype, shape and data_offsets") }
        var type: ElementType?
        var shape: [Int] = []
        var offsets: [Int] = []
        for field in fields {
            if field.key == "dtype" {
                guard case .string(let text) = field.value, let known = ElementType(rawValue: text) else {
                    throw fault(name, "unsupported dtype \(field.value.text)")
                }
                type = known
            } else {
                guard case .array(let values) = field.value, values.count <= 8 else {
                    throw fault(name, "\(field.key): expected an array of at most 8 integers")
                }
                let integers = values.compactMap(ConfigObject.integer)
                guard integers.count == values.count, integers.allSatisfy({ $0 >= 0 }) else {
                    throw fault(name, "\(field.key): expected integers of at least 0")
                }
                if field.key == "shape" { shape = integers } else { offsets = integers }
            }
        }
        guard let type, offsets.count == 2, offsets[0] <= offsets[1], offsets[1] <= end - dataOffset else {
            throw fault(name, "data_offsets lie outside the file")
        }
        var size = type.size
        for dimension in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
            guard !overflow else { throw fault(name, "the shape overflows") }
            size = product
        }
        guard size == offsets[1] - offsets[0] else {
            throw fault(name, "shape \(shape) takes \(size) bytes, data_offsets give \(offsets[1] - offsets[0])")
        }
        return Tensor(type: type, shape: shape, range: dataOffset + offsets[0]..<dataOffset + offsets[1])
    }
}
