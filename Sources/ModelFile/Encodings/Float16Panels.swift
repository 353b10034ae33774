/// 16-bit floats (IEEE 754 binary16) in panels, laid out as 32-bit ones are: for matrices outside the trunk whose
/// weights are such numbers already, so that nothing is lost.
package struct Float16Panels: PanelFormat {
    package let name = "f16"
    package let bits = 16
    package let layout = 1
    package let planes = 0

    package init() {}

    package func tensors(rows: Int, columns: Int) -> [MatrixTensor] {
        [MatrixTensor(.panels, .float16, [Self.tiles(rows), columns, MatrixView.tileRows])]
    }

    package func fault(in view: MatrixView) -> MatrixFault? {
        view.panels.bindMemory(to: UInt16.self).allSatisfy(HalfFloat.isFinite)
            ? nil : MatrixFault(.panels, "holds a number that is not finite")
    }
}

/// IEEE 754 binary16, as bits.
package enum HalfFloat {
    static func isFinite(_ bits: UInt16) -> Bool { Float16(bitPattern: bits).isFinite }

    /// The bits of a number that 16 bits hold exactly; nil of any other.
    package static func bits(_ value: Float) -> UInt16? {
        guard value.isFinite else { return nil }
        return Float16(exactly: value)?.bitPattern
    }
}

extension MatrixPacker {
    /// Packs floats that 16 bits hold.
    ///
    /// - Parameters:
    ///   - weights: `[rows][columns]`.
    ///   - rows: output channels.
    ///   - columns: weights of a channel.
    ///   - bias: `[rows]`, if there is one; it stays in 32 bits.
    /// - Returns: nil where 16 bits do not hold one of the weights exactly.
    package static func float16(_ weights: [Float], rows: Int, columns: Int, bias: [Float]?) -> PackedMatrix? {
        precondition(
            rows > 0 && columns > 0 && weights.count == rows * columns && bias.map { $0.count == rows } ?? true)
        let tileRows = MatrixView.tileRows
        let tiles = (rows + tileRows - 1) / tileRows
        var panels = [UInt8](repeating: 0, count: tiles * columns * tileRows * MemoryLayout<UInt16>.size)
        let isExact = panels.withUnsafeMutableBytes { raw in
            let output = raw.bindMemory(to: UInt16.self)
            for row in 0..<rows {
                let (tile, channel) = row.quotientAndRemainder(dividingBy: tileRows)
                for column in 0..<columns {
                    guard let bits = HalfFloat.bits(weights[row * columns + column]) else { return false }
                    output[(tile * columns + column) * tileRows + channel] = bits
                }
            }
            return true
        }
        guard isExact else { return nil }
        return PackedMatrix(
            rows: rows, columns: columns, encoding: .float16, panels: panels, scales: nil, sums: nil,
            bias: bias.map(padded), groupScales: nil)
    }
}
