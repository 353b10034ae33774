/// How one matrix is stored.
public struct MatrixFormat: Equatable, Sendable {
    public var encoding: MatrixEncoding
    /// Whether a bias is added to its product. Patch projections and the head always have one.
    public var hasBias: Bool

    public init(encoding: MatrixEncoding, hasBias: Bool) {
        self.encoding = encoding
        self.hasBias = hasBias
    }
}
