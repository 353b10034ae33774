import ArgumentParser
import TacitDiagnostics

/// So many bytes: a whole number, with K, M, G or T behind it for thousands, millions and so on.
struct ByteCount {
    let value: Int

    /// - Throws: `ValidationError` that says what was expected; the parser, whose `transform` this is, says of which
    ///   option.
    init(_ text: String) throws {
        var digits = text[...]
        var factor = 1
        for (power, letter) in "KMGT".enumerated() where digits.uppercased().hasSuffix(String(letter)) {
            for _ in 0...power { factor *= 1000 }
            digits = digits.dropLast()
            break
        }
        guard !digits.isEmpty, digits.utf8.allSatisfy(\.isASCIIDigit), let number = Int(digits) else {
            throw ValidationError("expected a whole number of bytes, as 500000, 500K, 10M, 2G or 1T")
        }
        let (product, overflows) = number.multipliedReportingOverflow(by: factor)
        if overflows { throw ValidationError("expected fewer bytes than 2 to the 63rd") }
        value = product
    }
}
