import ModelFile

/// A matrix in the file's panel layout, made the plain way.
struct Panels {
    /// Rows with padding to whole tiles of 16.
    let padded: Int
    /// float32 panels, `[tiles][columns][16]`.
    var floats: [Float] = []
    /// int8 panels, `[planes][tiles][columns / 4][16][4]`, and so on; int4 panels, `[tiles][columns / 8][16][4]`.
    var bytes: [Int8] = []
    var scales: [Float] = []
    var sums: [Int32] = []
    /// `[planes]`, each `[rows][columns]`.
    var levels: [[Int8]] = []
    /// int4: `[tiles][groups][16]`.
    var groupScales: [UInt8] = []
    /// int4: `[rows][groups]`.
    var rowGroupScales: [UInt8] = []
    /// `[rows][columns]`: the weights that the panels stand for.
    var meaning: [Float]

    init(_ weights: [Float], rows: Int, columns: Int, encoding: MatrixEncoding) {
        padded = (rows + 15) / 16 * 16
        meaning = weights
        switch encoding {
        case .float32: packFloats(weights, rows: rows, columns: columns)
        case .int8, .int8TwoPlanes:
            meaning = [Float](repeating: 0, count: weights.count)
            for _ in 0..<encoding.planes {
                packLevels(zip(weights, meaning).map { $0 - $1 }, rows: rows, columns: columns)
            }
        case .int4(let groupSize): packNibbles(weights, rows: rows, columns: columns, groupSize: groupSize)
        }
    }

    private mutating func packFloats(_ weights: [Float], rows: Int, columns: Int) {
        floats = [Float](repeating: 0, count: padded * columns)
        for row in 0..<rows {
            for column in 0..<columns {
                floats[(row / 16 * columns + column) * 16 + row % 16] = weights[row * columns + column]
            }
        }
    }

    /// A scale so large that neighbours of one sign keep |w0| + |w1| <= 128 after rounding.
    private mutating func packLevels(_ weights: [Float], rows: Int, columns: Int) {
        let groups = (columns + 3) / 4
        var bytes = [Int8](repeating: 0, count: padded * groups * 4)
        var scales = [Float](repeating: 0, count: padded)
        var sums = [Int32](repeating: 0, count: padded)
        var levels = [Int8](repeating: 0, count: rows * columns)
        for row in 0..<rows {
            var limit: Float = 1e-20
            for column in 0..<columns {
                let weight = weights[row * columns + column]
                limit = max(limit, abs(weight))
                if column % 2 == 1 { limit = max(limit, abs(weight + weights[row * columns + column - 1])) }
            }
            scales[row] = limit / 127
            for column in 0..<columns {
                let level = (weights[row * columns + column] / scales[row]).rounded(.toNearestOrEven)
                bytes[((row / 16 * groups + column / 4) * 16 + row % 16) * 4 + column % 4] = Int8(level)
                levels[row * columns + column] = Int8(level)
                sums[row] += Int32(level)
                meaning[row * columns + column] += level * scales[row]
            }
        }
        self.bytes += bytes
        self.scales += scales
        self.sums += sums
        self.levels.append(levels)
    }

    /// The largest magnitude of each group becomes 7, as nearly as the group scales allow, and the largest negative one
    /// of every other row -8.
    private mutating func packNibbles(_ weights: [Float], rows: Int, columns: Int, groupSize: Int) {
        let paddedColumns = (columns + 31) / 32 * 32
        let groups = (columns + groupSize - 1) / groupSize
        var bytes = [UInt8](repeating: 0x88, count: padded * paddedColumns / 2)
        scales = [Float](repeating: 0, count: padded)
        sums = [Int32](repeating: 0, count: padded)
        groupScales = [UInt8](repeating: 0, count: padded * groups)
        rowGroupScales = [UInt8](repeating: 0, count: rows * groups)
        var levels = [Int8](repeating: 0, count: rows * columns)
        for row in 0..<rows {
            let steps = (0..<groups).map { group in
                (group * groupSize..<min((group + 1) * groupSize, columns)).reduce(Float(1e-20)) {
                    max($0, abs(weights[row * columns + $1]) / (row % 2 == 0 ? 7 : 8))
                }
            }
            scales[row] = (steps.max() ?? 0) / 127
            for column in 0..<columns {
                let group = column / groupSize
                let groupScale = max(1, min(127, (steps[group] / scales[row]).rounded(.toNearestOrEven)))
                rowGroupScales[row * groups + group] = UInt8(groupScale)
                groupScales[(row / 16 * groups + group) * 16 + row % 16] = UInt8(groupScale)
                let weight = weights[row * columns + column]
                let level = max(-8, min(7, (weight / (groupScale * scales[row])).rounded(.toNearestOrEven)))
                levels[row * columns + column] = Int8(level)
                sums[row] += Int32(level * groupScale)
                meaning[row * columns + column] = level * groupScale * scales[row]
                let byte = ((row / 16 * (paddedColumns / 8) + column / 8) * 16 + row % 16) * 4 + column % 4
                let nibble = UInt8(Int(level) + 8)
                bytes[byte] = column % 8 < 4 ? bytes[byte] & 0xf0 | nibble : bytes[byte] & 0x0f | nibble << 4
            }
        }
        self.bytes = bytes.map { Int8(bitPattern: $0) }
        self.levels = [levels]
    }
}
