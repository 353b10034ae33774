/// Brings matrices from rows into the panels of the file, one function an encoding (they stand beside its rules).
/// Values are not changed here: choosing levels is a quantizer's work.
package enum MatrixPacker {
    /// Zeros up to whole tiles.
    static func padded(_ values: [Float]) -> [Float] {
        let count = values.count.roundedUp(to: MatrixView.tileRows)
        return values + [Float](repeating: 0, count: count - values.count)
    }

    /// Puts levels of 8 bits where panels have them: four columns of a channel side by side, those of a tile's 16
    /// channels one behind another.
    ///
    /// - Parameters:
    ///   - levels: `[rows][columns]`.
    ///   - rows: output channels.
    ///   - columns: weights of a channel.
    ///   - blocks: of four columns, that a tile has, with padding.
    ///   - panels: `[tiles][blocks][16][4]`, written where there are levels.
    ///   - look: told of each row and its levels.
    static func spread(
        _ levels: [Int8], rows: Int, columns: Int, blocks: Int, into panels: inout [UInt8],
        _ look: (Int, UnsafeBufferPointer<Int8>) -> Void
    ) {
        let tileRows = MatrixView.tileRows
        levels.withUnsafeBufferPointer { levels in
            panels.withUnsafeMutableBufferPointer { panels in
                for row in 0..<rows {
                    let own = UnsafeBufferPointer(rebasing: levels[row * columns..<(row + 1) * columns])
                    look(row, own)
                    let (tile, channel) = row.quotientAndRemainder(dividingBy: tileRows)
                    var place = (tile * blocks * tileRows + channel) * 4
                    for first in stride(from: 0, to: columns, by: 4) {
                        for column in first..<min(first + 4, columns) {
                            panels[place + column - first] = UInt8(bitPattern: own[column])
                        }
                        place += tileRows * 4
                    }
                }
            }
        }
    }
}
