/// How one matrix is stored.
package struct MatrixFormat: Equatable, Sendable {
    package var encoding: MatrixEncoding
    /// Whether a bias is added to its product. Patch projections and the head always have one.
    package var hasBias: Bool

    package init(encoding: MatrixEncoding, hasBias: Bool) {
        self.encoding = encoding
        self.hasBias = hasBias
    }
}
