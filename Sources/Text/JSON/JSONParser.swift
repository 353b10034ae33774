import TacitDiagnostics

/// Parses JSON that may be hostile: its depth is bounded, members that occur twice are refused, and so is all that
/// RFC 8259 does not allow. (How long a document may be is its reader's concern.)
package struct JSONParser {
    /// Deepest nesting of arrays and objects.
    private static let maximumDepth = 64

    /// Numbers beyond RFC 8259 that are taken.
    package enum Numbers: Sendable {
        /// None.
        case standard
        /// NaN, Infinity and -Infinity, as Python's `json` writes them.
        case python
    }

    private let bytes: UnsafeRawBufferPointer
    private let numbers: Numbers
    private var offset = 0

    /// - Throws: `TacitError` of kind `badData`; its place is the byte at fault.
    package static func parse(_ bytes: UnsafeRawBufferPointer, numbers: Numbers = .standard) throws -> JSONValue {
        var parser = JSONParser(bytes, numbers)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.offset == bytes.count else { throw parser.fault("unexpected text after the document") }
        return value
    }

    /// - Throws: `TacitError` of kind `badData`; its place is the byte at fault.
    package static func parse(_ bytes: [UInt8], numbers: Numbers = .standard) throws -> JSONValue {
        try bytes.withUnsafeBytes { try parse($0, numbers: numbers) }
    }

    private init(_ bytes: UnsafeRawBufferPointer, _ numbers: Numbers) {
        self.bytes = bytes
        self.numbers = numbers
    }

    private func fault(_ reason: String) -> TacitError {
        TacitError(.badData, place: "byte \(offset)", "invalid JSON: \(reason)")
    }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { offset += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        offset += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
        guard take(UInt8(ascii: character)) else { throw fault("expected \(character)") }
    }

    private mutating func value(depth: Int) throws -> JSONValue {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "N") where numbers == .python: return try word("NaN", .number("NaN"))
        case UInt8(ascii: "I") where numbers == .python: return try word("Infinity", .number("Infinity"))
        default: return try number()
        }
    }

    private mutating func word(_ text: String, _ value: JSONValue) throws -> JSONValue {
        guard bytes[offset...].starts(with: text.utf8) else { throw fault("expected \(text)") }
        offset += text.utf8.count
        return value
    }

    private mutating func object(depth: Int) throws -> JSONValue {
        guard depth < Self.maximumDepth else { throw fault("nested too deeply") }
        try expect("{")
        var members: [JSONMember] = []
        var keys: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw fault("expected a member's name") }
            let key = try string()
            guard keys.insert(key).inserted else { throw fault("\(key) occurs twice") }
            skipSpace()
            try expect(":")
            members.append(JSONMember(key, try value(depth: depth + 1)))
            skipSpace()
        } while take(UInt8(ascii: ","))
        try expect("}")
        return .object(members)
    }

    private mutating func array(depth: Int) throws -> JSONValue {
        guard depth < Self.maximumDepth else { throw fault("nested too deeply") }
        try expect("[")
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        repeat {
            elements.append(try value(depth: depth + 1))
            skipSpace()
        } while take(UInt8(ascii: ","))
        try expect("]")
        return .array(elements)
    }

    private mutating func digits() -> Int {
        let start = offset
        while let byte = next, byte.isASCIIDigit { offset += 1 }
        return offset - start
    }

    private mutating func number() throws -> JSONValue {
        let start = offset
        if take(UInt8(ascii: "-")), numbers == .python, next == UInt8(ascii: "I") {
            return try word("Infinity", .number("-Infinity"))
        }
        let leadsWithZero = next == UInt8(ascii: "0")
        let count = digits()
        guard count > 0, !leadsWithZero || count == 1 else { throw fault("expected a value") }
        if take(UInt8(ascii: ".")) {
            guard digits() > 0 else { throw fault("expected digits") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw fault("expected digits") }
        }
        guard offset - start <= 64 else { throw fault("a number of more than 64 characters") }
        return .number(String(decoding: bytes[start..<offset], as: UTF8.self))
    }

    private mutating func string() throws -> String {
        try expect("\"")
        var text: [UInt8] = []
        while true {
            guard let byte = next else { throw fault("a string has no end") }
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw fault("a string is not UTF-8") }
                return string
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw fault("a control character in a string")
            default: text.append(byte)
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws {
        guard let byte = next else { throw fault("a string has no end") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xd800..<0xdc00).contains(code) {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw fault("half a surrogate pair") }
                let low = try hexadecimal()
                guard (0xdc00..<0xe000).contains(low) else { throw fault("half a surrogate pair") }
                code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw fault("half a surrogate pair") }
            text.append(contentsOf: String(Character(scalar)).utf8)
        default: throw fault("an unknown escape in a string")
        }
    }

    private mutating func hexadecimal() throws -> UInt32 {
        guard bytes.count - offset >= 4 else { throw fault("a string has no end") }
        let text = String(decoding: bytes[offset..<offset + 4], as: UTF8.self)
        guard text.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }), let code = UInt32(text, radix: 16)
        else { throw fault("expected four hexadecimal digits") }
        offset += 4
        return code
    }
}
