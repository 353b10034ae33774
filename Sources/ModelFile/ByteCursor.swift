import TacitDiagnostics

/// Reads a header from front to back; every step is checked against what is left.
///
/// What is cut off or can't be is a `TacitError` (bad data) with the byte that it begins at.
package struct ByteCursor {
    package let bytes: UnsafeRawBufferPointer
    package private(set) var offset = 0

    package init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    package var remaining: Int { bytes.count - offset }

    /// A little-endian number.
    package mutating func number<Number: BitwiseCopyable>(_ type: Number.Type, _ what: String) throws -> Number {
        let size = MemoryLayout<Number>.size
        guard remaining >= size else { throw truncated(what) }
        defer { offset += size }
        return bytes.loadUnaligned(fromByteOffset: offset, as: type)
    }

    /// A 64-bit count that must not be greater than `most`.
    package mutating func count(_ what: String, atMost most: Int) throws -> Int {
        let place = offset
        let value = try number(UInt64.self, what)
        guard value <= UInt64(most) else {
            throw TacitError(.badData, place: "byte \(place)", "\(what) is \(value), expected at most \(most)")
        }
        return Int(value)
    }

    /// A string: its length as 64 bits, then that many bytes of UTF-8.
    package mutating func string(_ what: String, atMost most: Int) throws -> String {
        let length = try count("length of \(what)", atMost: most)
        guard remaining >= length else { throw truncated(what) }
        let range = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
        guard let text = String(validating: range, as: UTF8.self) else {
            throw TacitError(.badData, place: "byte \(offset)", "\(what) is not UTF-8")
        }
        offset += length
        return text
    }

    package mutating func skip(_ length: Int, _ what: String) throws {
        guard length >= 0, remaining >= length else { throw truncated(what) }
        offset += length
    }

    private func truncated(_ what: String) -> TacitError {
        TacitError(.badData, place: "byte \(offset)", "the file ends within \(what)")
    }
}
