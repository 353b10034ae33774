import TacitModelFile

/// Chooses what is stored for the weights of a matrix, for one encoding.
protocol Quantizer {
    var encoding: MatrixEncoding { get }

    /// - Parameter bias: `[rows]`, if there is one; stored as it is.
    /// - Returns: the matrix in the layout of the file, and how far it is from its weights.
    func pack(_ weights: [Float], rows: Int, columns: Int, bias: [Float]?) -> (PackedMatrix, QuantizationError)
}

/// Stores weights that 16 bits hold as they are.
struct Float16Quantizer: Quantizer {
    let encoding = MatrixEncoding.float16

    func pack(_ weights: [Float], rows: Int, columns: Int, bias: [Float]?) -> (PackedMatrix, QuantizationError) {
        guard let packed = MatrixPacker.float16(weights, rows: rows, columns: columns, bias: bias) else {
            preconditionFailure("16 bits do not hold these weights")
        }
        return (packed, QuantizationError())
    }
}

/// Stores weights as they are.
struct Float32Quantizer: Quantizer {
    let encoding = MatrixEncoding.float32

    func pack(_ weights: [Float], rows: Int, columns: Int, bias: [Float]?) -> (PackedMatrix, QuantizationError) {
        (MatrixPacker.float32(weights, rows: rows, columns: columns, bias: bias), QuantizationError())
    }
}
