import TacitDiagnostics

/// Reads lines of JSON arrays of integers that aren't negative, `[codebooks]` each, and nothing else.
package struct TokenLines {
    private let bytes: [UInt8]
    private let vocabulary: Int
    private let codebooks: Int
    private var position: Int
    private var line = 1

    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - vocabulary: every id must be less.
    ///   - codebooks: ids in a line, at least 1.
    package init(bytes: [UInt8], vocabulary: Int, codebooks: Int) {
        self.bytes = bytes
        position = bytes.markLength
        self.vocabulary = vocabulary
        self.codebooks = codebooks
    }

    /// `[lines][codebooks]`; empty lines are passed over.
    ///
    /// - Throws: `TacitError` (bad data) with the line, without a file's name.
    package mutating func parse() throws -> [Int32] {
        var tokens: [Int32] = []
        while true {
            skipSpace()
            guard let byte = peek else { return tokens }
            if byte == UInt8(ascii: "\n") {
                position += 1
                line += 1
                continue
            }
            try parseArray(into: &tokens)
            skipSpace()
            guard peek == nil || peek == UInt8(ascii: "\n") else { throw failure("text after the array") }
        }
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") {
            position += 1
        }
    }

    private mutating func parseArray(into tokens: inout [Int32]) throws {
        guard peek == UInt8(ascii: "[") else { throw failure("expected an array of \(codebooks) ids") }
        position += 1
        var count = 0
        while true {
            skipSpace()
            tokens.append(try parseID())
            count += 1
            skipSpace()
            let byte = peek
            position += 1
            if byte == UInt8(ascii: "]") { break }
            guard byte == UInt8(ascii: ",") else { throw failure("expected a comma or the end of the array") }
            guard count < codebooks else { throw failure("more than \(codebooks) ids, one a codebook") }
        }
        guard count == codebooks else { throw failure("\(count) ids, expected \(codebooks), one a codebook") }
    }

    private mutating func parseID() throws -> Int32 {
        let start = position
        var value = 0
        while let byte = peek, byte.isASCIIDigit {
            // Far beyond any vocabulary, and far from overflow.
            value = min(value * 10 + Int(byte - UInt8(ascii: "0")), 1 << 40)
            position += 1
        }
        guard position > start else { throw failure("expected an id, a whole number from 0") }
        guard position - start == 1 || bytes[start] != UInt8(ascii: "0") else {
            throw failure("an id with a leading zero")
        }
        guard value < vocabulary, let id = Int32(exactly: value) else {
            let digits = String(decoding: bytes[start..<min(position, start + 20)], as: UTF8.self)
            throw failure("id \(digits), expected less than the model's vocabulary of \(vocabulary)")
        }
        return id
    }

    private func failure(_ reason: String) -> TacitError { TacitError(.badData, place: "line \(line)", reason) }
}
