/// The rules that int8 panels obey (see `MatrixView`).
public enum Int8Panels {
    /// Greatest magnitude of a weight.
    public static let maximum = 127
    /// Greatest sum of the magnitudes of two neighbours of one sign: 255 * 128 = 32,640 fits 16 bits.
    public static let maximumPair = 128

    /// Whether the neighbours `2j` and `2j + 1` along K keep within 16 bits, whatever unsigned bytes they meet.
    public static func isPair(_ first: Int, _ second: Int) -> Bool {
        abs(first) <= maximum && abs(second) <= maximum && abs(first + second) <= maximumPair
    }

    /// The first broken rule in a matrix, in words; nil if there is none.
    static func fault(in view: MatrixView) -> String? {
        let panels = view.panels.bindMemory(to: Int8.self)
        let blocks = (view.columns + 3) / 4
        // Of both planes, if there are two, as if they were one matrix.
        for row in 0..<view.encoding.planes * view.paddedRows {
            let (tile, channel) = row.quotientAndRemainder(dividingBy: MatrixView.tileRows)
            var sum: Int32 = 0
            for block in 0..<blocks {
                let base = ((tile * blocks + block) * MatrixView.tileRows + channel) * 4
                let weights = (0..<4).map { Int(panels[base + $0]) }
                guard isPair(weights[0], weights[1]), isPair(weights[2], weights[3]) else {
                    return "row \(row), column \(block * 4): \(weights) breaks the rule of pairs"
                }
                for (index, weight) in weights.enumerated() {
                    if weight != 0, row % view.paddedRows >= view.rows || block * 4 + index >= view.columns {
                        return "row \(row), column \(block * 4 + index): padding is not 0"
                    }
                    sum += Int32(weight)
                }
            }
            if let sums = view.sums, sums[row] != sum { return "row \(row): the stored sum is not that of the row" }
        }
        return nil
    }
}
