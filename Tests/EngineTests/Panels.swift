import TacitModelFile

/// A matrix in the file's panel layout, made the plain way.
struct Panels {
    /// One of each kind.
    static let encodings: [MatrixEncoding] = [
        .float32, .int8, .int8TwoPlanes, .int8Groups, .int4(groupSize: 32), .int4(groupSize: 128),
        .int4TwoPlanes(groupSize: 64),
    ]

    /// Rows with padding to whole tiles of 16.
    let padded: Int
    /// float32 panels, `[tiles][columns][16]`.
    var floats: [Float] = []
    /// float16 panels, the same.
    var halves: [UInt16] = []
    /// int8 panels, `[planes][tiles][2 * ceil(columns / 8)][16][4]`, and so on.
    var bytes: [Int8] = []
    var scales: [Float] = []
    var sums: [Int32] = []
    /// int4 panels and group scales, `[planes][tiles][columns / 8][16][4]` and `[planes][tiles][groups][16]`.
    var nibbles: [UInt8] = []
    var groupScales: [UInt8] = []
    /// `[planes]`, each `[rows][groups]`.
    var plainGroupScales: [[UInt8]] = []
    /// `[planes]`, each `[rows][columns]`: levels.
    var levels: [[Int8]] = []
    /// `[rows][columns]`: the weights that the panels stand for.
    var meaning: [Float]

    init(_ weights: [Float], rows: Int, columns: Int, encoding: MatrixEncoding) {
        padded = (rows + 15) / 16 * 16
        meaning = weights
        if encoding == .float32 || encoding == .float16 { packFloats(weights, rows: rows, columns: columns) }
        if encoding == .float16 {
            halves = floats.map(Self.half)
            floats = []
        }
        if encoding.planes > 0 { meaning = [Float](repeating: 0, count: weights.count) }
        if encoding == .int8Groups {
            packGroups(weights, rows: rows, columns: columns)
            return
        }
        if encoding.bits == 4 {
            for _ in 0..<encoding.planes {
                let rest = zip(weights, meaning).map { $0 - $1 }
                packNibbles(rest, rows: rows, columns: columns, groupSize: encoding.groupSize)
            }
            return
        }
        for _ in 0..<encoding.planes {
            packLevels(zip(weights, meaning).map { $0 - $1 }, rows: rows, columns: columns)
        }
    }

    /// The bits of a number that 11 of its fraction's bits hold, and 16 in all.
    private static func half(_ value: Float) -> UInt16 {
        let sign = UInt16(value.bitPattern >> 16) & 0x8000
        let exponent = Int(value.bitPattern >> 23 & 255) - 127
        guard value.magnitude >= 0x1p-14 else { return sign | UInt16(value.magnitude * 0x1p24) }
        return sign | UInt16(exponent + 15) << 10 | UInt16(value.bitPattern >> 13 & 1023)
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

    /// Groups of 32 whose largest magnitude becomes 127, a channel's largest group having scale 127.
    private mutating func packGroups(_ weights: [Float], rows: Int, columns: Int) {
        let groups = (columns + 31) / 32
        bytes = [Int8](repeating: 0, count: padded * groups * 32)
        groupScales = [UInt8](repeating: 0, count: padded * groups)
        scales = [Float](repeating: 0, count: padded)
        var levels = [Int8](repeating: 0, count: rows * columns)
        var plainGroupScales: [UInt8] = []
        for row in 0..<rows {
            let channel = weights[row * columns..<(row + 1) * columns]
            scales[row] = max(1e-20, channel.reduce(0) { max($0, abs($1)) }) / 127 / 127
            for group in 0..<groups {
                let range = row * columns + group * 32..<row * columns + min(columns, group * 32 + 32)
                let largest = weights[range].reduce(0) { max($0, abs($1)) }
                let groupScale = max(1, min(127, (largest / 127 / scales[row]).rounded(.up)))
                groupScales[(row / 16 * groups + group) * 16 + row % 16] = UInt8(groupScale)
                plainGroupScales.append(UInt8(groupScale))
                for index in range {
                    let column = index - row * columns
                    let level = max(-127, min(127, (weights[index] / (groupScale * scales[row])).rounded()))
                    bytes[((row / 16 * groups * 8 + column / 4) * 16 + row % 16) * 4 + column % 4] = Int8(level)
                    levels[index] = Int8(level)
                    meaning[index] = level * groupScale * scales[row]
                }
            }
        }
        self.levels = [levels]
        self.plainGroupScales = [plainGroupScales]
    }

    /// Groups whose largest magnitude becomes 7, a channel's largest group having scale 127.
    private mutating func packNibbles(_ weights: [Float], rows: Int, columns: Int, groupSize: Int) {
        let blocks = (columns + 31) / 32
        let groups = (columns + groupSize - 1) / groupSize
        var nibbles = [UInt8](repeating: 0x88, count: padded * blocks * 16)
        var groupScales = [UInt8](repeating: 0, count: padded * groups)
        var plainGroupScales: [UInt8] = []
        var scales = [Float](repeating: 0, count: padded)
        var sums = [Int32](repeating: 0, count: padded)
        var levels = [Int8](repeating: 0, count: rows * columns)
        for row in 0..<rows {
            let channel = weights[row * columns..<(row + 1) * columns]
            scales[row] = max(1e-20, channel.reduce(0) { max($0, abs($1)) }) / 7 / 127
            for group in 0..<groups {
                let range = row * columns + group * groupSize..<row * columns + min(columns, (group + 1) * groupSize)
                let largest = weights[range].reduce(0) { max($0, abs($1)) }
                let groupScale = max(1, min(127, (largest / 7 / scales[row]).rounded(.up)))
                groupScales[(row / 16 * groups + group) * 16 + row % 16] = UInt8(groupScale)
                plainGroupScales.append(UInt8(groupScale))
                for index in range {
                    let column = index - row * columns
                    let level = max(-8, min(7, (weights[index] / (groupScale * scales[row])).rounded()))
                    let byte = ((row / 16 * blocks * 4 + column / 8) * 16 + row % 16) * 4 + column % 4
                    let nibble = UInt8(Int(level) + 8)
                    levels[index] = Int8(level)
                    nibbles[byte] =
                        column % 8 < 4 ? nibbles[byte] & 0xF0 | nibble : nibbles[byte] & 0x0F | nibble << 4
                    sums[row] += Int32(level * groupScale)
                    meaning[index] += level * groupScale * scales[row]
                }
            }
        }
        self.nibbles += nibbles
        self.groupScales += groupScales
        self.plainGroupScales.append(plainGroupScales)
        self.scales += scales
        self.sums += sums
        self.levels.append(levels)
    }
}
