/// What a matrix's inputs tell about the errors of its weights: for weights off by `E`, the squared error of the
/// outputs is `tr(E H E')` with `H = X' X` (Frantar et al. 2022, "GPTQ", section 3.1; without its factor of 2).
///
/// The product is OpenBLAS's, whose order of summation differs from processor to processor. So that its bytes do not,
/// each column of inputs is first rounded to whole multiples of a power of two, so coarse that all sums stay below
/// 2^53: these are exact in any order. What is lost is less than a millionth of the column's largest input.
struct Hessian {
    let size: Int
    /// `[size][size]`, all of it.
    private(set) var values: [Double]

    /// - Parameters:
    ///   - inputs: `[rows][size]`.
    ///   - size: columns.
    /// - Returns: nil where an input is no number: such inputs tell nothing.
    /// - Throws: `TacitError` where there is nothing to multiply with (``DenseProduct``).
    init?(_ inputs: [Float], size: Int) throws {
        let rows = inputs.count / size
        precondition(rows > 0 && inputs.count == rows * size)
        self.size = size
        guard let (levels, units) = Self.whole(inputs, rows: rows, columns: size) else { return nil }
        values = try DenseProduct.upperSquare(levels, rows: rows, columns: size)
        for row in 0..<size {
            for column in row..<size {
                let value = values[row * size + column] * units[row] * units[column]
                values[row * size + column] = value
                values[column * size + row] = value
            }
        }
    }

    /// Columns as whole numbers, and what one is in each.
    private static func whole(
        _ inputs: [Float], rows: Int, columns: Int
    ) -> (levels: [Double], units: [Double])? {
        var largest = [Float](repeating: 0, count: columns)
        for row in 0..<rows {
            for column in 0..<columns {
                let value = abs(inputs[row * columns + column])
                guard value.isFinite else { return nil }
                largest[column] = max(largest[column], value)
            }
        }
        // rows * 2^(2 bits) <= 2^53
        let bits = (53 - (Int.bitWidth - (rows - 1).leadingZeroBitCount)) / 2
        let units = largest.map { value in
            value > 0 ? Double(sign: .plus, exponent: Int(value.exponent) + 1 - bits, significand: 1) : 1
        }
        var levels = [Double](repeating: 0, count: inputs.count)
        for row in 0..<rows {
            for column in 0..<columns {
                levels[row * columns + column] =
                    (Double(inputs[row * columns + column]) / units[column]).rounded(.toNearestOrEven)
            }
        }
        return (levels, units)
    }
}
