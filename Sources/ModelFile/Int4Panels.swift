/// The sizes and rules of int4 panels (see `MatrixView`).
package enum Int4Panels {
    /// A nibble holds its level plus 8.
    package static let levels = -8...7
    /// The nibble of level 0, which padding has.
    package static let offset = 8
    /// What a real channel's groups may be scaled by.
    package static let groupScales = 1...127
    /// Columns that the kernels take at a time; groups are made of these.
    package static let blockColumns = 32
    /// Weights along K that may share a group scale.
    package static let groupSizes = [32, 64, 128]
    /// Most elements of one dot product: 127 * 8 * 128 * 16,384 < 2^31, so that a 32-bit sum of levels times group
    /// scales times activations in -128...127 never overflows.
    package static let maximumColumns = 1 << 14

    /// Columns with padding to whole blocks of 32, whatever the size of a group.
    package static func paddedColumns(_ columns: Int) -> Int {
        (columns + blockColumns - 1) / blockColumns * blockColumns
    }

    /// Groups of a channel, the last of which may be ragged.
    package static func groups(_ columns: Int, groupSize: Int) -> Int { (columns + groupSize - 1) / groupSize }

    /// Byte of the panels that holds a weight, and whether it is the high nibble: in blocks of eight columns, the low
    /// nibbles of a channel's four bytes hold the first four columns, the high ones the others.
    static func place(row: Int, column: Int, paddedColumns: Int) -> (byte: Int, isHigh: Bool) {
        let (tile, channel) = row.quotientAndRemainder(dividingBy: MatrixView.tileRows)
        let block = tile * (paddedColumns / 8) + column / 8
        return ((block * MatrixView.tileRows + channel) * 4 + column % 4, column % 8 >= 4)
    }

    /// The first broken rule in a matrix: the tensor it is in, and the rule in words; nil if there is none.
    static func fault(in view: MatrixView) -> (tensor: String, reason: String)? {
        guard let groupScales = view.groupScales else { return ("group_scales", "there are none") }
        let groupSize = view.encoding.groupSize
        let padded = paddedColumns(view.columns)
        let groups = groups(view.columns, groupSize: groupSize)
        for row in 0..<view.paddedRows {
            let (tile, channel) = row.quotientAndRemainder(dividingBy: MatrixView.tileRows)
            let isPadding = row >= view.rows
            func groupScale(_ group: Int) -> Int {
                Int(groupScales[(tile * groups + group) * MatrixView.tileRows + channel])
            }
            for group in 0..<groups {
                let scale = groupScale(group)
                if isPadding ? scale != 0 : !Self.groupScales.contains(scale) {
                    return (
                        "group_scales",
                        "row \(row), group \(group): \(isPadding ? "padding is not 0" : "\(scale) is not in 1...127")"
                    )
                }
            }
            var sum: Int32 = 0
            for column in 0..<padded {
                let (byte, isHigh) = place(row: row, column: column, paddedColumns: padded)
                let level = Int(isHigh ? view.panels[byte] >> 4 : view.panels[byte] & 15) - offset
                if isPadding || column >= view.columns {
                    if level != 0 { return ("panels", "row \(row), column \(column): padding is not 0") }
                } else {
                    sum += Int32(groupScale(column / groupSize) * level)
                }
            }
            if let sums = view.sums, sums[row] != sum {
                return ("sums", "row \(row): the stored sum is not that of the row")
            }
        }
        return nil
    }
}
