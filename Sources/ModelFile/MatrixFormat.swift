/// How one matrix is stored.
package struct MatrixFormat: Equatable, Sendable {
    package var encoding: MatrixEncoding
    /// Whether a bias is added to its product. Patch projections and the head always have one.
    package var hasBias: Bool

    package init(encoding: MatrixEncoding, hasBias: Bool) {
        self.encoding = encoding
        self.hasBias = hasBias
    }

    /// The tensors of a matrix, in file order.
    ///
    /// - Throws: `TacitError` (bad data) for a matrix that can't be stored so; whoever knows its name adds it.
    package func tensors(rows: Int, columns: Int) throws -> [MatrixTensor] {
        let tensors = try encoding.format.tensors(rows: rows, columns: columns)
        guard hasBias else { return tensors }
        return tensors + [MatrixTensor(.bias, .float32, [rows.roundedUp(to: MatrixView.tileRows)])]
    }
}
