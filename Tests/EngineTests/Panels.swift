import ModelFile

/// A matrix in the file's panel layout, made the plain way.
struct Panels {
    /// Rows with padding to whole tiles of 16.
    let padded: Int
    /// float32 panels, `[tiles][columns][16]`.
    var floats: [Float] = []
    /// int8 panels, `[planes][tiles][2 * ceil(columns / 8)][16][4]`, and so on.
    var bytes: [Int8] = []
    var scales: [Float] = []
    var sums: [Int32] = []
    /// `[planes]`, each `[rows][columns]`: int8 levels.
    var levels: [[Int8]] = []
    /// `[rows][columns]`: the weights that the panels stand for.
    var meaning: [Float]

    init(_ weights: [Float], rows: Int, columns: Int, encoding: MatrixEncoding) {
        padded = (rows + 15) / 16 * 16
        meaning = weights
        if encoding == .float32 { packFloats(weights, rows: rows, columns: columns) }
        if encoding.planes > 0 { meaning = [Float](repeating: 0, count: weights.count) }
        for _ in 0..<encoding.planes {
            packLevels(zip(weights, meaning).map { $0 - $1 }, rows: rows, columns: columns)
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

    /// A scale so large that the magnitudes of one sign in a four come to at most 128 after rounding.
    private mutating func packLevels(_ weights: [Float], rows: Int, columns: Int) {
        let groups = (columns + 7) / 8 * 2
        var bytes = [Int8](repeating: 0, count: padded * groups * 4)
        var scales = [Float](repeating: 0, count: padded)
        var sums = [Int32](repeating: 0, count: padded)
        var levels = [Int8](repeating: 0, count: rows * columns)
        for row in 0..<rows {
            // Rounding adds half a level to each of a four: 126 + 2.
            var limit: Float = 1e-20
            var fours = [[Float]](repeating: [0, 0], count: groups)
            for column in 0..<columns {
                let weight = weights[row * columns + column]
                fours[column / 8 * 2 + column % 4 / 2][weight < 0 ? 1 : 0] += abs(weight)
            }
            for sum in fours.joined() { limit = max(limit, sum) }
            scales[row] = limit / 126
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
}
