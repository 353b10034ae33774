/// Brings matrices from rows into the panels of the file. Values are not changed here: choosing int8 levels is a
/// quantizer's work.
public enum MatrixPacker {
    /// Packs 32-bit floats.
    ///
    /// - Parameter weights: `[rows][columns]`.
    /// - Parameter bias: `[rows]`, if there is one.
    public static func float32(_ weights: [Float], rows: Int, columns: Int, bias: [Float]?) -> PackedMatrix {
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
            bias: bias.map(padded))
    }

    /// Packs int8 levels, which must obey `Int8Panels.isFour`.
    ///
    /// - Parameter levels: `[rows][columns]`.
    /// - Parameter scales: `[rows]`; a weight is its level times its row's scale.
    /// - Parameter bias: `[rows]`, if there is one.
    public static func int8(_ levels: [Int8], scales: [Float], rows: Int, columns: Int, bias: [Float]?) -> PackedMatrix
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
            bias: bias.map(padded))
    }

    /// Packs the planes of a matrix, one or two, each of which must obey the rules by itself.
    ///
    /// - Parameter planes: `[rows][columns]` levels and `[rows]` scales; a weight is the sum of level times scale.
    public static func int8(
        planes: [(levels: [Int8], scales: [Float])], rows: Int, columns: Int, bias: [Float]?
    ) -> PackedMatrix {
        precondition(planes.count == 1 || planes.count == 2)
        let packed = planes.map { int8($0.levels, scales: $0.scales, rows: rows, columns: columns, bias: bias) }
        return PackedMatrix(
            rows: rows, columns: columns, encoding: planes.count == 1 ? .int8 : .int8TwoPlanes,
            panels: packed.flatMap(\.panels), scales: packed.flatMap { $0.scales ?? [] },
            sums: packed.flatMap { $0.sums ?? [] }, bias: packed[0].bias)
    }

    /// Zeros up to whole tiles.
    private static func padded(_ values: [Float]) -> [Float] {
        let tileRows = MatrixView.tileRows
        let count = (values.count + tileRows - 1) / tileRows * tileRows
        return values + [Float](repeating: 0, count: count - values.count)
    }
}
