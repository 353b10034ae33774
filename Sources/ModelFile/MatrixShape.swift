/// A matrix that a model has: its name and logical shape, whatever its encoding.
package struct MatrixShape: Equatable, Sendable {
    package let name: String
    /// Output channels, N.
    package let rows: Int
    /// Input elements, K.
    package let columns: Int
    /// Whether it belongs to a block of the trunk.
    package let isTrunk: Bool
    /// Whether it may be quantized: projection and head stay floats.
    package let mayBeQuantized: Bool

    package init(name: String, rows: Int, columns: Int, isTrunk: Bool, mayBeQuantized: Bool? = nil) {
        self.name = name
        self.rows = rows
        self.columns = columns
        self.isTrunk = isTrunk
        self.mayBeQuantized = mayBeQuantized ?? isTrunk
    }
}
