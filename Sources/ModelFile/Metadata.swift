import TacitDiagnostics

/// The key-value pairs in front of the tensors, in file order.
///
/// Asked for by its type, a value that is missing or of another type is a `TacitError` (bad data) with its key as place.
package struct Metadata {
    /// A value of one of the types that a model file uses; others are passed over.
    package enum Value: Equatable, Sendable {
        case uint32(UInt32)
        case float32(Float)
        case float64(Double)
        case bool(Bool)
        case string(String)
        case uint32s([UInt32])
        case float32s([Float])
        case float64s([Double])
        case strings([String])
        case other
    }

    package private(set) var pairs: [(key: String, value: Value)] = []
    private var indices: [String: Int] = [:]
    /// Offset of each string value's first byte.
    private(set) var stringOffsets: [String: Int] = [:]

    package init() {}

    package mutating func append(_ key: String, _ value: Value) {
        indices[key] = pairs.count
        pairs.append((key, value))
    }

    package subscript(key: String) -> Value? {
        indices[key].map { pairs[$0].value }
    }

    // MARK: Reading

    /// Reads `count` pairs.
    init(reading cursor: inout ByteCursor, count: Int) throws {
        for _ in 0..<count {
            let start = cursor.offset
            let key = try cursor.string("a metadata key", atMost: GGUF.maximumName)
            guard indices[key] == nil else {
                throw TacitError(.badData, place: "byte \(start)", "metadata key \(key) occurs twice")
            }
            let value = try Self.value(from: &cursor, key: key)
            if case .string(let text) = value { stringOffsets[key] = cursor.offset - text.utf8.count }
            append(key, value)
        }
    }

    private static func value(from cursor: inout ByteCursor, key: String) throws -> Value {
        let type = try GGUF.ValueType(reading: &cursor, key: key)
        switch type {
        case .uint32: return .uint32(try cursor.number(UInt32.self, key))
        case .float32: return .float32(Float(bitPattern: try cursor.number(UInt32.self, key)))
        case .float64: return .float64(Double(bitPattern: try cursor.number(UInt64.self, key)))
        case .bool:
            let raw = try cursor.number(UInt8.self, key)
            guard raw <= 1 else { throw TacitError(.badData, place: key, "a bool must be 0 or 1, not \(raw)") }
            return .bool(raw == 1)
        case .string: return .string(try cursor.string(key, atMost: GGUF.maximumString))
        case .array: return try array(from: &cursor, key: key)
        case .uint8, .int8, .uint16, .int16, .int32, .uint64, .int64:
            try cursor.skip(type.minimumSize ?? 0, key)
            return .other
        }
    }

    private static func array(from cursor: inout ByteCursor, key: String) throws -> Value {
        let type = try GGUF.ValueType(reading: &cursor, key: key)
        guard let size = type.minimumSize else {
            throw TacitError(.badData, place: key, "arrays of arrays are not supported")
        }
        // The count is bounded by what is left of the file before anything is reserved for it.
        let count = try cursor.count("the length of \(key)", atMost: min(cursor.remaining / size, 1 << 20))
        switch type {
        case .uint32: return .uint32s(try (0..<count).map { _ in try cursor.number(UInt32.self, key) })
        case .float32:
            return .float32s(try (0..<count).map { _ in Float(bitPattern: try cursor.number(UInt32.self, key)) })
        case .float64:
            return .float64s(try (0..<count).map { _ in Double(bitPattern: try cursor.number(UInt64.self, key)) })
        case .string:
            return .strings(try (0..<count).map { _ in try cursor.string(key, atMost: GGUF.maximumString) })
        default:
            try cursor.skip(count * size, key)
            return .other
        }
    }

    // MARK: Typed access

    private func required<Result>(_ key: String, _ kind: String, _ pick: (Value) -> Result?) throws -> Result {
        guard let value = self[key] else { throw TacitError(.badData, place: key, "metadata key is missing") }
        guard let result = pick(value) else { throw TacitError(.badData, place: key, "expected \(kind)") }
        return result
    }

    package func integer(_ key: String) throws -> Int {
        try required(key, "a UINT32") { if case .uint32(let value) = $0 { Int(value) } else { nil } }
    }

    /// nil where the key is not there.
    func optionalInteger(_ key: String) throws -> Int? { self[key] == nil ? nil : try integer(key) }

    package func integers(_ key: String) throws -> [Int] {
        try required(key, "an array of UINT32") {
            if case .uint32s(let value) = $0 { value.map(Int.init) } else { nil }
        }
    }

    package func float(_ key: String) throws -> Float {
        try required(key, "a FLOAT32") { if case .float32(let value) = $0 { value } else { nil } }
    }

    package func floats(_ key: String) throws -> [Float] {
        try required(key, "an array of FLOAT32") { if case .float32s(let value) = $0 { value } else { nil } }
    }

    package func double(_ key: String) throws -> Double {
        try required(key, "a FLOAT64") { if case .float64(let value) = $0 { value } else { nil } }
    }

    package func doubles(_ key: String) throws -> [Double] {
        try required(key, "an array of FLOAT64") { if case .float64s(let value) = $0 { value } else { nil } }
    }

    package func bool(_ key: String) throws -> Bool {
        try required(key, "a BOOL") { if case .bool(let value) = $0 { value } else { nil } }
    }

    package func string(_ key: String) throws -> String {
        try required(key, "a STRING") { if case .string(let value) = $0 { value } else { nil } }
    }

    /// nil where the key is not there.
    func optionalString(_ key: String) throws -> String? { self[key] == nil ? nil : try string(key) }

    package func strings(_ key: String) throws -> [String] {
        try required(key, "an array of STRING") { if case .strings(let value) = $0 { value } else { nil } }
    }

    /// A string that names one of the cases of an enumeration.
    package func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _ type: Choice.Type) throws -> Choice
    where Choice.RawValue == String {
        let text = try string(key)
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw TacitError(.badData, place: key, "\(text) is not one of \(known)")
        }
        return choice
    }
}
