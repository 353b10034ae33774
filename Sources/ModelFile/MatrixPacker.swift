/// Brings matrices from rows into the panels of the file. Values are not changed here: choosing levels is a
/// quantizer's work.
package enum MatrixPacker {
    /// Packs 32-bit floats.
    ///
    /// - Parameter weights: `[rows][columns]`.
    /// - Parameter bias: `[rows]`, if there is one.
    package static func float32(_ weights: [Float], rows: Int, columns: Int, bias: [Float]?) -> PackedMatrix {
        precondition(
            rows > 0 && columns > 0 && weights.count == rows * columns && bias.map { $0.count == rows } ?? true)
        let tileRows = MatrixView.tileRows
        let tiles = (rows + tileRows - 1) / tileRows
        var panels = [UInt8](repeating: 0, count: tiles * columns * tileRows * MemoryLayout<Float>.size)
        panels.withUnsafeMutableBytes { raw in
            let output = raw.bindMemory(to: Float.self)
            for row in 0..<rows {
                let (tile, channel) = row.quotientAndRemainder(dividingBy: tileRows)
                for column in 0..<columns {
                    output[(tile * columns + column) * tileRows + channel] = weights[row * columns + column]
                }
            }
        }
        return PackedMatrix(
            rows: rows, columns: columns, encoding: .float32, panels: panels, scales: nil, sums: nil,
            bias: bias.map(padded), groupScales: nil)
    }

    /// Packs int8 levels, which must obey `Int8Panels.isFour`.
    ///
    /// - Parameter levels: `[rows][columns]`.
    /// - Parameter scales: `[rows]`; a weight is its level times its row's scale.
    /// - Parameter bias: `[rows]`, if there is one.
    package static func int8(_ levels: [Int8], scales: [Float], rows: Int, columns: Int, bias: [Float]?) -> PackedMatrix
    {
        precondition(rows > 0 && columns > 0 && levels.count == rows * columns && scales.count == rows)
        precondition(bias.map { $0.count == rows } ?? true)
        let tileRows = MatrixView.tileRows
        let tiles = (rows + tileRows - 1) / tileRows
        let blocks = Int8Panels.paddedColumns(columns) / 4
        var panels = [UInt8](repeating: 0, count: tiles * blocks * tileRows * 4)
        var sums = [Int32](repeating: 0, count: tiles * tileRows)
        for row in 0..<rows {
            let (tile, channel) = row.quotientAndRemainder(dividingBy: tileRows)
            for column in 0..<columns {
                let level = levels[row * columns + column]
                let base = ((tile * blocks + column / 4) * tileRows + channel) * 4
                panels[base + column % 4] = UInt8(bitPattern: level)
                sums[row] += Int32(level)
            }
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
    /// - Parameter planes: `[rows][columns]` levels and `[rows]` scales; a weight is the sum of level times scale.
    package static func int8(
        planes: [(levels: [Int8], scales: [Float])], rows: Int, columns: Int, bias: [Float]?
    ) -> PackedMatrix {
        precondition(planes.count == 1 || planes.count == 2)
        let packed = planes.map { int8($0.levels, scales: $0.scales, rows: rows, columns: columns, bias: bias) }
        return PackedMatrix(
            rows: rows, columns: columns, encoding: planes.count == 1 ? .int8 : .int8TwoPlanes,
            panels: packed.flatMap(\.panels), scales: packed.flatMap { $0.scales ?? [] },
            sums: packed.flatMap { $0.sums ?? [] }, bias: packed[0].bias, groupScales: nil)
    }

    /// Packs int4 levels.
    ///
    /// - Parameter levels: `[rows][columns]`, in `Int4Panels.levels`.
    /// - Parameter groupScales: `[rows][groups]`, in `Int4Panels.groupScales`.
    /// - Parameter scales: `[rows]`; a weight is its level times its group's scale times its row's scale.
    /// - Parameter groupSize: one of `Int4Panels.groupSizes`.
    /// - Parameter bias: `[rows]`, if there is one.
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

    /// Zeros up to whole tiles.
    private static func padded(_ values: [Float]) -> [Float] {
        let tileRows = MatrixView.tileRows
        let count = (values.count + tileRows - 1) / tileRows * tileRows
        return values + [Float](repeating: 0, count: count - values.count)
    }
}
