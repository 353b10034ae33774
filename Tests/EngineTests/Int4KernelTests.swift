import CTacitKernels
import TacitEngine
import TacitTestSupport
import Testing

/// Products with int4 panels against integer arithmetic, and every instruction set against `portable`.
@Suite struct Int4KernelTests {
    /// One matrix in the layout of `tacit_product_int4`, made the plain way.
    struct Matrix {
        let rows: Int
        let columns: Int
        let groupBlocks: Int
        var blocks: Int { (columns + 31) / 32 }
        var tiles: Int { (rows + 15) / 16 }
        var groups: Int { (blocks + groupBlocks - 1) / groupBlocks }
        /// `[rows][columns]`, -8...7.
        var levels: [Int]
        /// `[rows][groups]`, 1...127.
        var groupScales: [Int]

        init(rows: Int, columns: Int, groupBlocks: Int, extreme: Bool) {
            var random = RandomNumbers(seed: UInt64(columns * 8 + groupBlocks))
            self.rows = rows
            self.columns = columns
            self.groupBlocks = groupBlocks
            levels = (0..<rows * columns).map { index in
                extreme ? (index / columns % 3 == 0 ? 7 : -8) : Int.random(in: -8...7, using: &random)
            }
            groupScales = []
            groupScales = (0..<rows * groups).map { _ in extreme ? 127 : Int.random(in: 1...127, using: &random) }
        }

        func weight(_ row: Int, _ column: Int) -> Int {
            levels[row * columns + column] * groupScales[row * groups + column / 32 / groupBlocks]
        }

        var panels: [UInt8] {
            var panels = [UInt8](repeating: 0x88, count: tiles * blocks * 256)
            for row in 0..<rows {
                for column in 0..<columns {
                    let (block, within) = column.quotientAndRemainder(dividingBy: 8)
                    let place = ((row / 16 * blocks * 4 + block) * 16 + row % 16) * 4 + within % 4
                    let nibble = UInt8(levels[row * columns + column] + 8)
                    panels[place] = within < 4 ? panels[place] & 0xF0 | nibble : panels[place] & 0x0F | nibble << 4
                }
            }
            return panels
        }

        var packedScales: [UInt8] {
            var packed = [UInt8](repeating: 0, count: tiles * groups * 16)
            for row in 0..<rows {
                for group in 0..<groups {
                    packed[(row / 16 * groups + group) * 16 + row % 16] = UInt8(groupScales[row * groups + group])
                }
            }
            return packed
        }

        var sums: [Int32] {
            (0..<tiles * 16).map { row in
                row < rows ? Int32((0..<columns).reduce(0) { $0 + weight(row, $1) }) : 0
            }
        }
    }

    /// Levels of input rows, `[count][columns]`, and what `quantize_signed` would leave of them.
    struct Input {
        let levels: [Int]
        var bytes: [Int8]
        var sums: [tacit_block_sums]

        init(_ levels: [Int], count: Int, columns: Int, blocks: Int) {
            self.levels = levels
            // Padding columns hold something: it must not matter.
            bytes = [Int8](repeating: 77, count: count * blocks * 32)
            sums = []
            for row in 0..<count {
                for column in 0..<columns { bytes[row * blocks * 32 + column] = Int8(levels[row * columns + column]) }
                for block in 0..<blocks {
                    var halves = [0, 0]
                    for k in 0..<32 { halves[k % 4 / 2] += Int(bytes[(row * blocks + block) * 32 + k]) }
                    sums.append(tacit_block_sums(first: Int16(-8 * halves[0]), second: Int16(-8 * halves[1])))
                }
            }
        }
    }

    /// Integer sums are exact. Scales are powers of two, so that outputs are too (but for float32's own rounding).
    @Test(arguments: [1, 7, 32, 33, 100, 257, 800, 1600], [1, 2, 4])
    func productsAreExact(_ columns: Int, _ groupBlocks: Int) {
        for extreme in [false, true] { check(columns, groupBlocks, extreme) }
    }

    private func check(_ columns: Int, _ groupBlocks: Int, _ extreme: Bool) {
        var random = RandomNumbers(seed: 3)
        let matrix = Matrix(rows: 18, columns: columns, groupBlocks: groupBlocks, extreme: extreme)
        let blocks = matrix.blocks
        for count in [1, 2, 3, 4, 5, 6, 131] {
            let input = Input(
                (0..<count * columns).map { _ in
                    extreme ? (Bool.random(using: &random) ? 127 : -128) : Int.random(in: -128...127, using: &random)
                }, count: count, columns: columns, blocks: blocks)
            let memory = TestMemory()
            let scales = (0..<count).map { tacit_row_scale(step: 0.5, offset: Float($0 % 5 - 2)) }
            var outputs: [[Float]] = []
            for index in InstructionSet.available.indices {
                guard let table = tacit_kernels_at(index)?.pointee else { continue }
                var output = [Float](repeating: 0, count: count * 32)
                output.withUnsafeMutableBufferPointer { buffer in
                    guard let base = buffer.baseAddress else { return }
                    var product = tacit_product_int4(
                        input: memory.pointer(input.bytes), input_stride: blocks * 32,
                        input_scales: memory.pointer(scales), input_sums: memory.pointer(input.sums),
                        input_sum_stride: blocks, rows: count, blocks: blocks, panels: memory.pointer(matrix.panels),
                        group_scales: memory.pointer(matrix.packedScales), group_blocks: groupBlocks,
                        scales: memory.pointer([Float](repeating: 2, count: 32)), sums: memory.pointer(matrix.sums),
                        bias: nil, residual: nil, output: base, output_stride: 32)
                    table.multiply_int4(&product, 0, matrix.tiles)
                    withExtendedLifetime(memory) {}
                }
                outputs.append(output)
            }
            #expect(outputs.allSatisfy { $0.map(\.bitPattern) == outputs[0].map(\.bitPattern) })
            for row in 0..<count {
                for channel in 0..<matrix.rows {
                    let sum = (0..<columns).reduce(0) {
                        $0 + matrix.weight(channel, $1) * input.levels[row * columns + $1]
                    }
                    // One rounding of each of the two terms, as the kernels are specified.
                    let offset = Float(row % 5 - 2) * (2 * Float(matrix.sums[channel]))
                    #expect(outputs[0][row * 32 + channel] == Float(sum) + offset)
                }
            }
        }
    }

    /// The signed levels are those of `quantize`, the rest of the last 32 is 0, and the sums are theirs.
    @Test(arguments: [1, 2, 15, 16, 17, 31, 32, 33, 48, 100, 257])
    func signedLevelsAndSums(_ count: Int) {
        var random = RandomNumbers(seed: UInt64(count))
        let row = (0..<count).map { _ in Float.random(in: -3...1, using: &random) }
        let padded = (count + 31) / 32 * 32
        for index in InstructionSet.available.indices {
            guard let table = tacit_kernels_at(index)?.pointee else { continue }
            var bytes = [UInt8](repeating: 1, count: padded)
            var signed = [Int8](repeating: 1, count: padded)
            var sums = [tacit_block_sums](repeating: tacit_block_sums(first: 1, second: 1), count: padded / 32)
            let scale = table.quantize(row, count, &bytes)
            let other = table.quantize_signed(row, count, &signed, &sums)
            #expect(scale.step == other.step && scale.offset == other.offset)
            for k in 0..<padded { #expect(Int(signed[k]) == (k < count ? Int(bytes[k]) - 128 : 0)) }
            for block in 0..<padded / 32 {
                var halves = [0, 0]
                for k in 0..<32 { halves[k % 4 / 2] += Int(signed[block * 32 + k]) }
                #expect(Int(sums[block].first) == -8 * halves[0] && Int(sums[block].second) == -8 * halves[1])
            }
        }
    }
}
