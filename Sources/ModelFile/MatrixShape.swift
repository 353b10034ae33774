/// A matrix that a model has: its name and logical shape, whatever its encoding.
public struct MatrixShape: Equatable, Sendable {
    public let name: String
    /// Output channels, N.
    public let rows: Int
    /// Input elements, K.
    public let columns: Int
    /// Whether it belongs to a block of the trunk, and so may be quantized; projection and head stay in 32-bit floats.
    public let isTrunk: Bool

    public init(name: String, rows: Int, columns: Int, isTrunk: Bool) {
        self.name = name
        self.rows = rows
        self.columns = columns
        self.isTrunk = isTrunk
    }
}
