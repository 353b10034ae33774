import TacitDiagnostics

/// A file of token ids, `[patches][codebooks]`: JSON Lines (`.jsonl`: one array a patch, one id a codebook) or raw
/// little-endian 16-bit numbers in the same order (any other suffix).
package struct TokenFile: Equatable, Sendable {
    /// Larger files are refused before memory is taken.
    package static let maximumBytes = 256 << 20

    /// `[patches][codebooks]`
    package let tokens: [Int32]
    package let codebooks: Int
    package var patches: Int { tokens.count / codebooks }

    /// - Parameters:
    ///   - path: JSON Lines if its name ends in `.jsonl`, else raw numbers of 16 bits.
    ///   - vocabulary: every id must be less.
    ///   - codebooks: ids in a patch, at least 1.
    /// - Throws: `TacitError`: no input for what is absent, unreadable or no regular file; bad data, with the line or
    ///   the number of the patch, for anything but whole patches of ids within the vocabulary, and for an empty file.
    package init(path: String, vocabulary: Int, codebooks: Int) throws {
        self.codebooks = codebooks
        let contents = FileContents()
        let bytes = try withExtendedLifetime(contents) {
            [UInt8](try contents.read(path, expected: "a file of tokens", maximumBytes: Self.maximumBytes))
        }
        do {
            if path.hasSuffix(".jsonl") || path == StandardInput.path && Self.isText(bytes) {
                var parser = TokenLines(bytes: bytes, vocabulary: vocabulary, codebooks: codebooks)
                tokens = try parser.parse()
            } else {
                tokens = try Self.raw(bytes, vocabulary: vocabulary, codebooks: codebooks)
            }
            guard !tokens.isEmpty else { throw TacitError(.badData, "no tokens in it") }
        } catch let error as TacitError {
            throw error.inFile(StandardInput.shownName(path))
        }
    }

    /// Standard input has no suffix: lines of arrays hold no byte but those of numbers, which ids hardly do.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        let text = bytes.dropFirst(bytes.markLength)
        return text.first == UInt8(ascii: "[")
            && text.allSatisfy { $0.isASCIIDigit || [0x09, 0x0a, 0x0d, 0x20, 0x2c, 0x5b, 0x5d].contains($0) }
    }

    private static func raw(_ bytes: [UInt8], vocabulary: Int, codebooks: Int) throws -> [Int32] {
        guard bytes.count % (2 * codebooks) == 0 else {
            throw TacitError(
                .badData,
                "\(bytes.count) bytes, expected whole patches of \(codebooks) little-endian 16-bit ids")
        }
        var tokens: [Int32] = []
        tokens.reserveCapacity(bytes.count / 2)
        for index in 0..<bytes.count / 2 {
            let id = Int32(bytes[2 * index]) | Int32(bytes[2 * index + 1]) << 8
            guard id < vocabulary else {
                throw TacitError(
                    .badData, place: "patch \(index / codebooks)",
                    "id \(id), expected less than the model's vocabulary of \(vocabulary)")
            }
            tokens.append(id)
        }
        return tokens
    }
}
