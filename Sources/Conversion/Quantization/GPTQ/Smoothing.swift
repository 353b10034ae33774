import Glibc
import TacitModelFile

/// Moves what makes a matrix's inputs hard to round into its weights: a column's inputs are divided by a factor, its weights
/// multiplied by it, and what makes the inputs absorbs the division (Xiao et al. 2023, "SmoothQuant", equation 4).
///
/// Factors are powers of two, so that nothing is lost by it.
enum Smoothing {
    nonisolated(unsafe) static var share = Double(getenv("TACIT_ALPHA").map { String(cString: $0) } ?? "0") ?? 0
    private static let largestExponent = 12.0

    /// One a column: the root of how much larger its inputs are than its weights.
    ///
    /// - Parameters:
    ///   - inputs: `[any number][columns]`.
    ///   - weights: `[rows][columns]`.
    static func factors(inputs: [Float], weights: [Float], columns: Int) -> [Float] {
        func largest(_ values: [Float]) -> [Float] {
            var largest = [Float](repeating: 0, count: columns)
            for (index, value) in values.enumerated() {
                largest[index % columns] = max(largest[index % columns], abs(value))
            }
            return largest
        }
        return zip(largest(inputs), largest(weights)).map { input, weight in
            guard share > 0, input > 0, weight > 0, input.isFinite else { return 1 }
            let exponent = share * Double(log2(input)) - (1 - share) * Double(log2(weight))
            return Float(
                sign: .plus, exponent: Int(max(-largestExponent, min(largestExponent, exponent)).rounded()),
                significand: 1)
        }
    }
}

extension TrunkWeights.Matrix {
    func multiplying(columns factors: [Float]) -> TrunkWeights.Matrix {
        TrunkWeights.Matrix(
            weights: weights.indices.map { weights[$0] * factors[$0 % columns] }, rows: rows, columns: columns,
            bias: bias, fusionDifference: fusionDifference)
    }

    func dividing(lastRows factors: [Float]) -> TrunkWeights.Matrix {
        let first = rows - factors.count
        func factor(_ row: Int) -> Float { row < first ? 1 : factors[row - first] }
        return TrunkWeights.Matrix(
            weights: weights.indices.map { weights[$0] / factor($0 / columns) }, rows: rows, columns: columns,
            bias: bias.map { bias in bias.indices.map { bias[$0] / factor($0) } }, fusionDifference: fusionDifference)
    }
}
