/// Int8 levels in panels, with scales of groups and no rule about neighbours (see `MatrixView`): for trunks whose
/// weights or activations have outliers.
package struct Int8GroupPanels: PanelFormat {
    package let name = "int8"
    package let bits = 8
    package let layout = 5
    package let planes = 1
    package let groupSize = Self.groupColumns

    package init() {}

    package func tensors(rows: Int, columns: Int) -> [MatrixTensor] {
        let (tiles, tileRows) = (Self.tiles(rows), MatrixView.tileRows)
        return [
            MatrixTensor(.panels, .int8, [tiles, Self.paddedColumns(columns) / 4, tileRows, 4]),
            MatrixTensor(.groupScales, .int8, [tiles, Self.groups(columns), tileRows]),
            MatrixTensor(.scales, .float32, [tiles * tileRows]),
        ]
    }

    /// Greatest magnitude of a weight.
    package static let maximum = 127
    /// What a real channel's groups may be scaled by.
    package static let groupScales = 1...127
    /// Weights along K that share a group scale, and activations that share a step.
    package static let groupColumns = 32

    /// Groups of a channel, the last of which may be ragged.
    package static func groups(_ columns: Int) -> Int { (columns + groupColumns - 1) / groupColumns }

    /// Columns with padding: whole groups.
    package static func paddedColumns(_ columns: Int) -> Int { groups(columns) * groupColumns }

    /// Byte of the panels that holds a weight.
    static func place(row: Int, column: Int, groups: Int) -> Int {
        let (tile, channel) = row.quotientAndRemainder(dividingBy: MatrixView.tileRows)
        let step = tile * groups * (groupColumns / 4) + column / 4
        return (step * MatrixView.tileRows + channel) * 4 + column % 4
    }

    package func fault(in view: MatrixView) -> MatrixFault? {
        guard let groupScales = view.groupScales else { return MatrixFault(.groupScales, "there are none") }
        let panels = view.panels.bindMemory(to: Int8.self)
        let groups = Self.groups(view.columns)
        for row in 0..<view.paddedRows {
            let (tile, channel) = row.quotientAndRemainder(dividingBy: MatrixView.tileRows)
            let isPadding = row >= view.rows
            for group in 0..<groups {
                let scale = Int(groupScales[(tile * groups + group) * MatrixView.tileRows + channel])
                if isPadding ? scale != 0 : !Self.groupScales.contains(scale) {
                    return MatrixFault(
                        .groupScales,
                        "row \(row), group \(group): \(isPadding ? "padding is not 0" : "\(scale) is not in 1...127")"
                    )
                }
            }
            for column in 0..<groups * Self.groupColumns {
                let level = Int(panels[Self.place(row: row, column: column, groups: groups)])
                if isPadding || column >= view.columns, level != 0 {
                    return MatrixFault(.panels, "row \(row), column \(column): padding is not 0")
                }
                if level < -Self.maximum {
                    return MatrixFault(.panels, "row \(row), column \(column): \(level) is not in -127...127")
                }
            }
        }
        return nil
    }
}

extension MatrixPacker {
    /// Packs int8 levels in groups.
    ///
    /// - Parameters:
    ///   - levels: `[rows][columns]`, in -127...127.
    ///   - groupScales: `[rows][groups]`, in `Int8GroupPanels.groupScales`.
    ///   - scales: `[rows]`; a weight is its level times its group's scale times its row's scale.
    ///   - rows: output channels.
    ///   - columns: weights of a channel.
    ///   - bias: `[rows]`, if there is one.
    package static func int8Groups(
        _ levels: [Int8], groupScales: [UInt8], scales: [Float], rows: Int, columns: Int, bias: [Float]?
    ) -> PackedMatrix {
        precondition(rows > 0 && columns > 0 && levels.count == rows * columns && scales.count == rows)
        precondition(bias.map { $0.count == rows } ?? true)
        let groups = Int8GroupPanels.groups(columns)
        precondition(groupScales.count == rows * groups)
        let tileRows = MatrixView.tileRows
        let tiles = (rows + tileRows - 1) / tileRows
        var panels = [UInt8](repeating: 0, count: tiles * tileRows * Int8GroupPanels.paddedColumns(columns))
        var packedScales = [UInt8](repeating: 0, count: tiles * groups * tileRows)
        for row in 0..<rows {
            let (tile, channel) = row.quotientAndRemainder(dividingBy: tileRows)
            for group in 0..<groups {
                let scale = groupScales[row * groups + group]
                precondition(Int8GroupPanels.groupScales.contains(Int(scale)), "A group scale is out of range")
                packedScales[(tile * groups + group) * tileRows + channel] = scale
            }
        }
        let blocks = Int8GroupPanels.paddedColumns(columns) / 4
        spread(levels, rows: rows, columns: columns, blocks: blocks, into: &panels) { _, levels in
            let least = levels.reduce(0) { min($0, $1) }
            precondition(least >= -Int8GroupPanels.maximum, "A level is out of range")
        }
        return PackedMatrix(
            rows: rows, columns: columns, encoding: .int8Groups, panels: panels, scales: padded(scales), sums: nil,
            bias: bias.map(padded), groupScales: packedScales)
    }
}
