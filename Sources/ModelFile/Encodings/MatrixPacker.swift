/// Brings matrices from rows into the panels of the file, one function an encoding (they stand beside its rules). Values
/// are not changed here: choosing levels is a quantizer's work.
package enum MatrixPacker {
    /// Zeros up to whole tiles.
    static func padded(_ values: [Float]) -> [Float] {
        let tileRows = MatrixView.tileRows
        let count = (values.count + tileRows - 1) / tileRows * tileRows
        return values + [Float](repeating: 0, count: count - values.count)
    }
}
