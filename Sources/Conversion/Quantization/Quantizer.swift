import TacitModelFile

/// Chooses what is stored for the weights of a matrix, for one encoding.
protocol Quantizer {
    var encoding: MatrixEncoding { get }

    /// - Parameter bias: `[rows]`, if there is one; stored as it is.
    /// - Returns: the matrix in the layout of the file, and how far it is from its weights.
    func pack(_ weights: [Float], rows: Int, columns: Int, bias: [Float]?) -> (PackedMatrix, QuantizationError)
}

/// Stores weights as they are.
struct Float32Quantizer: Quantizer {
    let encoding = MatrixEncoding.float32

    func pack(_ weights: [Float], rows: Int, columns: Int, bias: [Float]?) -> (PackedMatrix, QuantizationError) {
        (MatrixPacker.float32(weights, rows: rows, columns: columns, bias: bias), QuantizationError())
    }
}
