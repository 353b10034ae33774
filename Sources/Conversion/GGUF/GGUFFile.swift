import Glibc
import TacitDiagnostics
import TacitModelFile

/// A GGUF of any program's making (ggml project, `docs/gguf.md`), versions 2 and 3: its metadata and where its tensors
/// lie. Every count is checked against what is left of the file before anything is taken for it.
final class GGUFFile {
    /// A value of the metadata. What no base is described by is passed over.
    enum Value {
        case integer(Int)
        case number(Double)
        case bool(Bool)
        case string(String)
        /// Of at most `maximumArray` elements.
        case integers([Int])
        case bools([Bool])
        case other
    }

    struct Tensor {
        let type: BlockType
        /// Outermost dimension first.
        let shape: [Int]
        /// From the start of the file.
        let range: Range<Int>
    }

    private static let maximumPairs = 1 << 16
    private static let maximumTensors = 1 << 16
    private static let maximumName = 1 << 10
    private static let maximumString = 1 << 24
    /// Longest array that is kept: one element a layer.
    private static let maximumArray = 1 << 10

    let path: String
    private(set) var metadata: [String: Value] = [:]
    private(set) var tensors: [String: Tensor] = [:]
    private let map: FileMap

    /// - Throws: `TacitError` of kind `badData` for anything that the format does not allow.
    init(path: String, map: FileMap) throws {
        self.path = path
        self.map = map
        do {
            try withExtendedLifetime(map) { try read() }
        } catch let error as TacitError {
            throw error.inFile(path)
        }
    }

    /// Whether a file begins as one does, whatever its name.
    static func isOne(_ path: String) -> Bool {
        let descriptor = SystemPath.withBytes(path) { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var start = [UInt8](repeating: 0, count: GGUF.magic.count)
        return pread(descriptor, &start, start.count, 0) == start.count && start == GGUF.magic
    }

    /// A tensor's elements, as floats give them.
    func values(of tensor: Tensor) -> [Double] {
        withExtendedLifetime(map) {
            tensor.type.values(UnsafeRawBufferPointer(rebasing: map.bytes[tensor.range]))
        }
    }

    private func read() throws {
        var cursor = ByteCursor(map.bytes)
        guard map.bytes.starts(with: GGUF.magic) else {
            throw TacitError(.badData, place: "byte 0", "not a GGUF file: expected one, or the base's folder")
        }
        try cursor.skip(4, "the magic number")
        let version = try cursor.number(UInt32.self, "the version")
        guard version == 2 || version == 3 else {
            throw TacitError(
                .badData, place: "byte 4", GGUF.foreignOrder(version) ?? "GGUF version \(version), expected 2 or 3")
        }
        let tensorCount = try cursor.count("the number of tensors", atMost: Self.maximumTensors)
        let pairCount = try cursor.count("the number of metadata pairs", atMost: Self.maximumPairs)
        for _ in 0..<pairCount {
            let place = cursor.offset
            let key = try cursor.string("a metadata key", atMost: Self.maximumName)
            guard metadata[key] == nil else {
                throw TacitError(.badData, place: "byte \(place)", "metadata key \(key) occurs twice")
            }
            metadata[key] = try Self.value(from: &cursor, key)
        }
        // Its tensors have types that no base has, which would be told of in its place.
        if case .string("tacit") = metadata["general.architecture"] {
            throw TacitError(
                .badData, place: "general.architecture",
                GGUFArchitecture.refusal(of: "tacit") + ": this is a model already")
        }
        try readTensors(from: &cursor, count: tensorCount)
    }

    private func readTensors(from cursor: inout ByteCursor, count: Int) throws {
        var stated: [(name: String, type: BlockType, shape: [Int], offset: Int, byteCount: Int)] = []
        for _ in 0..<count {
            let name = try GGUF.tensorName(reading: &cursor, atMost: Self.maximumName)
            func fault(_ reason: String) -> TacitError { TacitError(.badData, place: name, reason) }
            let rank = try cursor.number(UInt32.self, "the rank of \(name)")
            guard (1...4).contains(rank) else { throw fault("\(rank) dimensions, expected 1 to 4") }
            var shape: [Int] = []
            for _ in 0..<rank {
                shape.insert(try cursor.count("the shape of \(name)", atMost: Int(Int32.max)), at: 0)
            }
            let number = try cursor.number(UInt32.self, "the type of \(name)")
            guard let type = BlockType(number: number) else {
                throw fault("type \(BlockType.name(ofUnknown: number)) is not one of \(BlockType.names)")
            }
            let offset = try cursor.count("the offset of \(name)", atMost: map.bytes.count)
            guard let innermost = shape.last, innermost % type.elements == 0, !shape.contains(0) else {
                throw fault("shape \(shape) does not go in blocks of \(type.elements)")
            }
            var blocks = innermost / type.elements
            for dimension in shape.dropLast() {
                let (product, overflow) = blocks.multipliedReportingOverflow(by: dimension)
                guard !overflow, product <= map.bytes.count else { throw fault("shape \(shape) does not fit the file") }
                blocks = product
            }
            stated.append((name, type, shape, offset, blocks * type.bytes))
        }
        let alignment = try alignment()
        let start = (cursor.offset + alignment - 1) / alignment * alignment
        var end = start
        for tensor in stated.sorted(by: { $0.offset < $1.offset }) {
            func fault(_ reason: String) -> TacitError { TacitError(.badData, place: tensor.name, reason) }
            guard tensor.offset % alignment == 0 else {
                throw fault("offset \(tensor.offset) is no multiple of \(alignment)")
            }
            let first = start + tensor.offset
            guard first >= end else { throw fault("the tensor's data overlaps another's") }
            end = first + tensor.byteCount
            guard end <= map.bytes.count else {
                throw fault("the tensor's data ends at byte \(end) of \(map.bytes.count): the file is cut short")
            }
            guard tensors[tensor.name] == nil else { throw fault("the tensor occurs twice") }
            tensors[tensor.name] = Tensor(type: tensor.type, shape: tensor.shape, range: first..<end)
        }
    }

    private func alignment() throws -> Int {
        guard let value = metadata["general.alignment"] else { return 32 }
        guard case .integer(let alignment) = value, (1...1 << 16).contains(alignment),
            alignment & (alignment - 1) == 0
        else { throw TacitError(.badData, place: "general.alignment", "expected a power of two") }
        return alignment
    }

    private static func value(from cursor: inout ByteCursor, _ key: String) throws -> Value {
        let type = try GGUF.ValueType(reading: &cursor, key: key)
        return type == .array ? try array(from: &cursor, key) : try scalar(type, from: &cursor, key)
    }

    private static func array(from cursor: inout ByteCursor, _ key: String) throws -> Value {
        let type = try GGUF.ValueType(reading: &cursor, key: key)
        guard let least = type.minimumSize else {
            throw TacitError(.badData, place: key, "arrays of arrays are not supported")
        }
        let count = try cursor.count("the length of \(key)", atMost: cursor.remaining / least)
        guard type != .string else {
            for _ in 0..<count { try cursor.skip(cursor.count("a string of \(key)", atMost: maximumString), key) }
            return .other
        }
        guard count <= maximumArray else {
            try cursor.skip(count * least, key)
            return .other
        }
        var integers: [Int] = []
        var bools: [Bool] = []
        for _ in 0..<count {
            switch try scalar(type, from: &cursor, key) {
            case .integer(let value): integers.append(value)
            case .bool(let value): bools.append(value)
            default: break
            }
        }
        if integers.count == count, count > 0 { return .integers(integers) }
        return bools.count == count && count > 0 ? .bools(bools) : .other
    }

    private static func scalar(
        _ type: GGUF.ValueType, from cursor: inout ByteCursor, _ key: String
    ) throws -> Value {
        func integer<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type) throws -> Value {
            Int(exactly: try cursor.number(Number.self, key)).map(Value.integer) ?? .other
        }
        switch type {
        case .uint8: return try integer(UInt8.self)
        case .int8: return try integer(Int8.self)
        case .uint16: return try integer(UInt16.self)
        case .int16: return try integer(Int16.self)
        case .uint32: return try integer(UInt32.self)
        case .int32: return try integer(Int32.self)
        case .uint64: return try integer(UInt64.self)
        case .int64: return try integer(Int64.self)
        case .float32: return .number(Double(Float(bitPattern: try cursor.number(UInt32.self, key))))
        case .float64: return .number(Double(bitPattern: try cursor.number(UInt64.self, key)))
        case .bool: return .bool(try cursor.number(UInt8.self, key) != 0)
        case .string: return .string(try cursor.string(key, atMost: maximumString))
        case .array: return .other
        }
    }
}
