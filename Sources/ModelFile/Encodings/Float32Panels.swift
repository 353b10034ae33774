/// 32-bit floats in panels (see `MatrixView`).
package struct Float32Panels: PanelFormat {
    package let name = "f32"
    package let bits = 32
    package let layout = 1
    package let planes = 0

    package init() {}

    package func tensors(rows: Int, columns: Int) -> [MatrixTensor] {
        [MatrixTensor(.panels, .float32, [Self.tiles(rows), columns, MatrixView.tileRows])]
    }

    package func fault(in view: MatrixView) -> MatrixFault? { nil }
}

extension MatrixPacker {
    /// Packs 32-bit floats.
    ///
    /// - Parameters:
    ///   - weights: `[rows][columns]`.
    ///   - rows: output channels.
    ///   - columns: weights of a channel.
    ///   - bias: `[rows]`, if there is one.
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
}
