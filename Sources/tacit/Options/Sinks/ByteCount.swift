import ArgumentParser
import TacitDiagnostics

/// So many bytes: a whole number, with K, M, G or T behind it for thousands, millions and so on.
struct ByteCount: ExpressibleByArgument {
    let value: Int

    init?(argument: String) {
        var digits = argument[...]
        var factor = 1
        for (power, letter) in "KMGT".enumerated() where digits.uppercased().hasSuffix(String(letter)) {
            for _ in 0...power { factor *= 1000 }
            digits = digits.dropLast()
            break
        }
        guard !digits.isEmpty, digits.utf8.allSatisfy(\.isASCIIDigit), let number = Int(digits) else {
            return nil
        }
        let (product, overflows) = number.multipliedReportingOverflow(by: factor)
        if overflows { return nil }
        value = product
    }
}
