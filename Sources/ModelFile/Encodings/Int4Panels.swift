import TacitDiagnostics

/// Int4 levels in panels, with scales of groups, in one plane or two (see `MatrixView`).
package struct Int4Panels: PanelFormat {
    package let name = "int4"
    package let bits = 4
    package var layout: Int { planes }
    package let planes: Int
    package let groupSize: Int

    /// - Parameters:
    ///   - groupSize: one of `groupSizes`; `tensors` refuses others.
    ///   - planes: 1 or 2.
    package init(groupSize: Int, planes: Int) {
        self.groupSize = groupSize
        self.planes = planes
    }

    /// - Throws: `TacitError` (bad data) for a size of groups that there is none of, and for more columns than there may be.
    package func tensors(rows: Int, columns: Int) throws -> [MatrixTensor] {
        guard Self.groupSizes.contains(groupSize) else {
            throw TacitError(.badData, "4 bits a weight do not go in groups of \(groupSize)")
        }
        guard columns <= Self.maximumColumns else {
            throw TacitError(
                .badData, "has \(columns) columns, but 4 bits a weight go with at most \(Self.maximumColumns)")
        }
        let (tiles, tileRows) = (planes * Self.tiles(rows), MatrixView.tileRows)
        return [
            MatrixTensor(.panels, .int8, [tiles, Self.paddedColumns(columns) / 8, tileRows, 4]),
            MatrixTensor(.groupScales, .int8, [tiles, Self.groups(columns, groupSize: groupSize), tileRows]),
            MatrixTensor(.scales, .float32, [tiles * tileRows]),
            MatrixTensor(.sums, .int32, [tiles * tileRows]),
        ]
    }

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
    static let maximumColumns = 1 << 14

    /// Columns with padding to whole blocks of 32, whatever the size of a group.
    package static func paddedColumns(_ columns: Int) -> Int { columns.roundedUp(to: blockColumns) }

    /// Groups of a channel, the last of which may be ragged.
    package static func groups(_ columns: Int, groupSize: Int) -> Int { (columns + groupSize - 1) / groupSize }

    /// Byte of the panels that holds a weight, and whether it is the high nibble: in blocks of eight columns, the low
    /// nibbles of a channel's four bytes hold the first four columns, the high ones the others.
    static func place(row: Int, column: Int, paddedColumns: Int) -> (byte: Int, isHigh: Bool) {
        let (tile, channel) = row.quotientAndRemainder(dividingBy: MatrixView.tileRows)
        let block = tile * (paddedColumns / 8) + column / 8
        return ((block * MatrixView.tileRows + channel) * 4 + column % 4, column % 8 >= 4)
    }

    package func fault(in view: MatrixView) -> MatrixFault? {
        guard let groupScales = view.groupScales else { return MatrixFault(.groupScales, "there are none") }
        let padded = Self.paddedColumns(view.columns)
        let groups = Self.groups(view.columns, groupSize: groupSize)
        // Of both planes, if there are two, as if they were one matrix.
        for row in 0..<planes * view.paddedRows {
            let (tile, channel) = row.quotientAndRemainder(dividingBy: MatrixView.tileRows)
            let isPadding = row % view.paddedRows >= view.rows
            func groupScale(_ group: Int) -> Int {
                Int(groupScales[(tile * groups + group) * MatrixView.tileRows + channel])
            }
            for group in 0..<groups {
                let scale = groupScale(group)
                if isPadding ? scale != 0 : !Self.groupScales.contains(scale) {
                    return MatrixFault(
                        .groupScales,
                        "row \(row), group \(group): \(isPadding ? "padding is not 0" : "\(scale) is not in 1...127")"
                    )
                }
            }
            var sum: Int32 = 0
            for column in 0..<padded {
                let (byte, isHigh) = Self.place(row: row, column: column, paddedColumns: padded)
                let level = Int(isHigh ? view.panels[byte] >> 4 : view.panels[byte] & 15) - Self.offset
                if isPadding || column >= view.columns {
                    if level != 0 { return MatrixFault(.panels, "row \(row), column \(column): padding is not 0") }
                } else {
                    sum += Int32(groupScale(column / groupSize) * level)
                }
            }
            if let sums = view.sums, sums[row] != sum {
                return MatrixFault(.sums, "row \(row): the stored sum is not that of the row")
            }
        }
        return nil
    }
}

extension MatrixPacker {
    /// Packs int4 levels.
    ///
    /// - Parameters:
    ///   - levels: `[rows][columns]`, in `Int4Panels.levels`.
    ///   - groupScales: `[rows][groups]`, in `Int4Panels.groupScales`.
    ///   - scales: `[rows]`; a weight is its level times its group's scale times its row's scale.
    ///   - rows: output channels.
    ///   - columns: weights of a channel, at most `Int4Panels.maximumColumns`.
    ///   - groupSize: one of `Int4Panels.groupSizes`.
    ///   - bias: `[rows]`, if there is one.
    package static func int4(
        _ levels: [Int8], groupScales: [UInt8], scales: [Float], rows: Int, columns: Int, groupSize: Int, bias: [Float]?
    ) -> PackedMatrix {
        precondition(rows > 0 && columns > 0 && levels.count == rows * columns && scales.count == rows)
        precondition(Int4Panels.groupSizes.contains(groupSize) && columns <= Int4Panels.maximumColumns)
        precondition(bias.map { $0.count == rows } ?? true)
        let groups = Int4Panels.groups(columns, groupSize: groupSize)
        precondition(groupScales.count == rows * groups)
        let tileRows = MatrixView.tileRows
        let tiles = (rows + tileRows - 1) / tileRows
        let paddedColumns = Int4Panels.paddedColumns(columns)
        let padding = UInt8(Int4Panels.offset << 4 | Int4Panels.offset)
        var panels = [UInt8](repeating: padding, count: tiles * tileRows * paddedColumns / 2)
        var packedScales = [UInt8](repeating: 0, count: tiles * groups * tileRows)
        var sums = [Int32](repeating: 0, count: tiles * tileRows)
        for row in 0..<rows {
            let (tile, channel) = row.quotientAndRemainder(dividingBy: tileRows)
            for group in 0..<groups {
                let scale = groupScales[row * groups + group]
                precondition(Int4Panels.groupScales.contains(Int(scale)), "A group scale is out of range")
                packedScales[(tile * groups + group) * tileRows + channel] = scale
            }
            for column in 0..<columns {
                let level = Int(levels[row * columns + column])
                precondition(Int4Panels.levels.contains(level), "A level is out of range")
                let (byte, isHigh) = Int4Panels.place(row: row, column: column, paddedColumns: paddedColumns)
                let nibble = UInt8(level + Int4Panels.offset)
                panels[byte] = isHigh ? panels[byte] & 0x0f | nibble << 4 : panels[byte] & 0xf0 | nibble
                sums[row] += Int32(Int(groupScales[row * groups + column / groupSize]) * level)
            }
        }
        return PackedMatrix(
            rows: rows, columns: columns, encoding: .int4(groupSize: groupSize), panels: panels,
            scales: padded(scales), sums: sums, bias: bias.map(padded), groupScales: packedScales)
    }

    /// Packs the planes of a matrix, one or two.
    ///
    /// - Parameters:
    ///   - planes: `[rows][columns]` levels, `[rows][groups]` group scales and `[rows]` scales; a weight is the sum of
    ///     level times group scale times scale.
    ///   - rows: output channels.
    ///   - columns: weights of a channel, at most `Int4Panels.maximumColumns`.
    ///   - groupSize: one of `Int4Panels.groupSizes`.
    ///   - bias: `[rows]`, if there is one.
    package static func int4(
        planes: [(levels: [Int8], groupScales: [UInt8], scales: [Float])], rows: Int, columns: Int, groupSize: Int,
        bias: [Float]?
    ) -> PackedMatrix {
        precondition(planes.count == 1 || planes.count == 2)
        let packed = planes.map {
            int4(
                $0.levels, groupScales: $0.groupScales, scales: $0.scales, rows: rows, columns: columns,
                groupSize: groupSize, bias: bias)
        }
        return PackedMatrix(
            planes: packed,
            encoding: planes.count == 1 ? .int4(groupSize: groupSize) : .int4TwoPlanes(groupSize: groupSize))
    }
}
