/// The rules that int8 panels obey (see `MatrixView`).
package enum Int8Panels {
    /// Greatest magnitude of a weight.
    package static let maximum = 127
    /// Greatest sum of the magnitudes of a four's weights of one sign: 255 * 128 = 32,640 fits 16 bits.
    package static let maximumSum = 128

    /// Columns with padding: whole stretches of 8, each of two fours.
    package static func paddedColumns(_ columns: Int) -> Int {
        (columns + 7) & ~7
    }

    /// Whether four weights of one channel keep within 16 bits, whatever unsigned bytes they meet. Of a stretch of 8
    /// columns the first four is at 0, 1, 4 and 5, the second at 2, 3, 6 and 7.
    package static func isFour(_ levels: SIMD4<Int32>) -> Bool {
        let positive = pointwiseMax(levels, .zero)
        let negative = pointwiseMin(levels, .zero)
        return positive.max() <= maximum && negative.min() >= -maximum
            && positive.wrappedSum() <= maximumSum && negative.wrappedSum() >= -maximumSum
    }

    /// The weights of a row, as if planes were one matrix, at `column`, the first of a four, and at the others of it.
    static func four(_ panels: UnsafeBufferPointer<Int8>, row: Int, column: Int, steps: Int) -> SIMD4<Int32> {
        let (tile, channel) = row.quotientAndRemainder(dividingBy: MatrixView.tileRows)
        let first = ((tile * steps + column / 4) * MatrixView.tileRows + channel) * 4 + column % 4
        let second = first + MatrixView.tileRows * 4
        return SIMD4(
            Int32(panels[first]), Int32(panels[first + 1]), Int32(panels[second]), Int32(panels[second + 1]))
    }

    /// The first broken rule in a matrix, in words; nil if there is none.
    static func fault(in view: MatrixView) -> String? {
        let panels = view.panels.bindMemory(to: Int8.self)
        let padded = paddedColumns(view.columns)
        // Of both planes, if there are two, as if they were one matrix.
        for row in 0..<view.encoding.planes * view.paddedRows {
            let columns = row % view.paddedRows < view.rows ? view.columns : 0
            var sum: Int32 = 0
            for column in stride(from: 0, to: padded, by: 2) where column % 8 < 4 {
                let levels = four(panels, row: row, column: column, steps: padded / 4)
                guard isFour(levels) else {
                    let list = (0..<4).map { levels[$0] }
                    return "row \(row), column \(column): \(list) breaks the rule of fours"
                }
                for (index, offset) in [0, 1, 4, 5].enumerated()
                where column + offset >= columns && levels[index] != 0 {
                    return "row \(row), column \(column + offset): padding is not 0"
                }
                sum += levels.wrappedSum()
            }
            if let sums = view.sums, sums[row] != sum { return "row \(row): the stored sum is not that of the row" }
        }
        return nil
    }
}
