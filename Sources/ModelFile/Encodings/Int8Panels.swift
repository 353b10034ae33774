/// Int8 levels in panels, in one plane or two (see `MatrixView`).
package struct Int8Panels: PanelFormat {
    package let name = "int8"
    package let bits = 8
    package let planes: Int
    /// 1 and 2 were those of a laxer rule.
    package var layout: Int { planes == 1 ? 3 : 4 }

    /// - Parameter planes: 1 or 2.
    package init(planes: Int) { self.planes = planes }

    package func tensors(rows: Int, columns: Int) -> [MatrixTensor] {
        let (tiles, tileRows) = (planes * Self.tiles(rows), MatrixView.tileRows)
        return [
            MatrixTensor(.panels, .int8, [tiles, Self.paddedColumns(columns) / 4, tileRows, 4]),
            MatrixTensor(.scales, .float32, [tiles * tileRows]),
            MatrixTensor(.sums, .int32, [tiles * tileRows]),
        ]
    }

    /// Greatest magnitude of a weight.
    package static let maximum = 127
    /// Greatest sum of the magnitudes of a four's weights of one sign: 255 * 128 = 32,640 fits 16 bits.
    package static let maximumSum = 128

    /// Columns with padding: whole stretches of 8, each of two fours.
    package static func paddedColumns(_ columns: Int) -> Int { columns.roundedUp(to: 8) }

    /// Whether four weights of one channel keep within 16 bits, whatever unsigned bytes they meet. Of a stretch of 8
    /// columns the first four is at 0, 1, 4 and 5, the second at 2, 3, 6 and 7.
    package static func isFour(_ levels: SIMD4<Int32>) -> Bool {
        let positive = levels.replacing(with: 0, where: levels .< 0)
        let negative = levels &- positive
        return all(levels .<= Int32(maximum)) && all(levels .>= -Int32(maximum))
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

    package func fault(in view: MatrixView) -> MatrixFault? {
        let panels = view.panels.bindMemory(to: Int8.self)
        let padded = Self.paddedColumns(view.columns)
        // Of both planes, if there are two, as if they were one matrix.
        for row in 0..<planes * view.paddedRows {
            let columns = row % view.paddedRows < view.rows ? view.columns : 0
            var sum: Int32 = 0
            for column in stride(from: 0, to: padded, by: 2) where column % 8 < 4 {
                let levels = Self.four(panels, row: row, column: column, steps: padded / 4)
                guard Self.isFour(levels) else {
                    let list = (0..<4).map { levels[$0] }
                    return MatrixFault(.panels, "row \(row), column \(column): \(list) breaks the rule of fours")
                }
                for (index, offset) in [0, 1, 4, 5].enumerated()
                where column + offset >= columns && levels[index] != 0 {
                    return MatrixFault(.panels, "row \(row), column \(column + offset): padding is not 0")
                }
                sum += levels.wrappedSum()
            }
            if let sums = view.sums, sums[row] != sum {
                return MatrixFault(.panels, "row \(row): the stored sum is not that of the row")
            }
        }
        return nil
    }
}

extension MatrixPacker {
    /// Packs int8 levels, which must obey `Int8Panels.isFour`.
    ///
    /// - Parameters:
    ///   - levels: `[rows][columns]`.
    ///   - scales: `[rows]`; a weight is its level times its row's scale.
    ///   - rows: output channels.
    ///   - columns: weights of a channel.
    ///   - bias: `[rows]`, if there is one.
    package static func int8(_ levels: [Int8], scales: [Float], rows: Int, columns: Int, bias: [Float]?) -> PackedMatrix
    {
        precondition(rows > 0 && columns > 0 && levels.count == rows * columns && scales.count == rows)
        precondition(bias.map { $0.count == rows } ?? true)
        let tileRows = MatrixView.tileRows
        let tiles = (rows + tileRows - 1) / tileRows
        let blocks = Int8Panels.paddedColumns(columns) / 4
        var panels = [UInt8](repeating: 0, count: tiles * blocks * tileRows * 4)
        var sums = [Int32](repeating: 0, count: tiles * tileRows)
        spread(levels, rows: rows, columns: columns, blocks: blocks, into: &panels) { row, levels in
            sums[row] = levels.reduce(0) { $0 + Int32($1) }
        }
        panels.withUnsafeBytes {
            let panels = $0.bindMemory(to: Int8.self)
            for row in 0..<rows {
                for column in stride(from: 0, to: columns, by: 2) where column % 8 < 4 {
                    let four = Int8Panels.four(panels, row: row, column: column, steps: blocks)
                    precondition(Int8Panels.isFour(four), "Levels break the rule of fours")
                }
            }
        }
        return PackedMatrix(
            rows: rows, columns: columns, encoding: .int8, panels: panels, scales: padded(scales), sums: sums,
            bias: bias.map(padded), groupScales: nil)
    }

    /// Packs the planes of a matrix, one or two, each of which must obey the rules by itself.
    ///
    /// - Parameters:
    ///   - planes: `[rows][columns]` levels and `[rows]` scales; a weight is the sum of level times scale.
    ///   - rows: output channels.
    ///   - columns: weights of a channel.
    ///   - bias: `[rows]`, if there is one.
    package static func int8(
        planes: [(levels: [Int8], scales: [Float])], rows: Int, columns: Int, bias: [Float]?
    ) -> PackedMatrix {
        precondition(planes.count == 1 || planes.count == 2)
        let packed = planes.map { int8($0.levels, scales: $0.scales, rows: rows, columns: columns, bias: bias) }
        return PackedMatrix(planes: packed, encoding: planes.count == 1 ? .int8 : .int8TwoPlanes)
    }
}
