import CTacitKernels
import TacitEngine
import TacitTestSupport
import Testing

/// Products with int8 panels in groups against integer arithmetic, on every instruction set.
@Suite struct Int8GroupKernelTests {
    /// How the numbers are drawn.
    enum Kind: CaseIterable {
        case random
        /// Weights of 127 and -127, activations the same.
        case extreme
        /// Weights of -128, which no file may hold, against activations of one sign and then the other.
        case beyond
    }

    struct Case {
        let count: Int
        let rows: Int
        let columns: Int
        var groups: Int { (columns + 31) / 32 }
        var tiles: Int { (rows + 15) / 16 }
        /// `[rows][columns]` weights, `[rows][groups]` scales, `[count][columns]` activations.
        var weights: [Int] = []
        var groupScales: [Int] = []
        var activations: [Int] = []

        init(count: Int, rows: Int, columns: Int, _ kind: Kind) {
            var random = RandomNumbers(seed: UInt64(columns * 64 + count))
            (self.count, self.rows, self.columns) = (count, rows, columns)
            weights = (0..<rows * columns).map { _ in
                switch kind {
                case .random: Int.random(in: -127...127, using: &random)
                case .extreme: Bool.random(using: &random) ? 127 : -127
                case .beyond: -128
                }
            }
            groupScales = (0..<rows * groups).map { _ in kind == .random ? Int.random(in: 1...127, using: &random) : 127
            }
            activations = (0..<count * columns).map { index in
                switch kind {
                case .random: Int.random(in: -127...127, using: &random)
                case .extreme: Bool.random(using: &random) ? 127 : -127
                case .beyond: index / columns % 2 == 0 ? 127 : -127
                }
            }
        }

        var panels: [Int8] {
            var panels = [Int8](repeating: 0, count: tiles * groups * 512)
            for row in 0..<rows {
                for column in 0..<columns {
                    let step = row / 16 * groups * 8 + column / 4
                    panels[(step * 16 + row % 16) * 4 + column % 4] = Int8(weights[row * columns + column])
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

        func sum(_ index: Int, _ row: Int, _ group: Int) -> Int {
            (group * 32..<min(columns, group * 32 + 32)).reduce(0) {
                $0 + activations[index * columns + $1] * weights[row * columns + $1]
            }
        }
    }

    static let counts = [1, 2, 3, 4, 5, 6, 7, 8, 9, 17]

    /// The output of one instruction set, `[count][tiles * 16]`.
    private func output(
        _ table: tacit_kernels, _ numbers: Case, steps: [Float], bias: [Float]?, residual: [Float]?
    ) -> [Float] {
        let memory = TestMemory()
        let stride = numbers.groups * 32
        var levels = [Int8](repeating: 0, count: numbers.count * stride)
        var groupSteps: [tacit_group_step] = []
        for index in 0..<numbers.count {
            for column in 0..<numbers.columns {
                levels[index * stride + column] = Int8(numbers.activations[index * numbers.columns + column])
            }
            for group in 0..<numbers.groups {
                let own = levels[index * stride + group * 32..<index * stride + group * 32 + 32]
                groupSteps.append(
                    tacit_group_step(
                        step: steps[index * numbers.groups + group],
                        start: Int32(-128 * own.reduce(0) { $0 + Int($1) })))
            }
        }
        let padded = numbers.tiles * 16
        var output = [Float](repeating: 0, count: numbers.count * padded)
        output.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            var product = tacit_product_int8_groups(
                input: memory.pointer(levels), input_stride: stride, input_steps: memory.pointer(groupSteps),
                input_step_stride: numbers.groups, rows: numbers.count, groups: numbers.groups,
                panels: memory.pointer(numbers.panels), group_scales: memory.pointer(numbers.packedScales),
                scales: memory.pointer((0..<padded).map { Float(sign: .plus, exponent: $0 % 5 - 2, significand: 1) }),
                bias: bias.map { UnsafePointer(memory.pointer($0)) },
                residual: residual.map { UnsafePointer(memory.pointer($0)) }, output: base, output_stride: padded)
            table.multiply_int8_groups(&product, 0, 1)
            table.multiply_int8_groups(&product, 1, numbers.tiles)
            withExtendedLifetime(memory) {}
        }
        return output
    }

    /// Sums within a group are exact, and everything after them rounds as it is specified to.
    @Test(arguments: [1, 5, 31, 32, 33, 64, 95, 100, 257, 1536], Kind.allCases)
    func productsAreExact(_ columns: Int, _ kind: Kind) {
        for count in Self.counts {
            let numbers = Case(count: count, rows: 35, columns: columns, kind)
            var random = RandomNumbers(seed: UInt64(columns))
            let padded = numbers.tiles * 16
            let steps = (0..<count * numbers.groups).map { _ in Float.random(in: 0...1, using: &random) }
            let bias = (0..<padded).map { _ in Float.random(in: -1...1, using: &random) }
            let residual = (0..<count * padded).map { _ in Float.random(in: -1...1, using: &random) }
            for index in InstructionSet.available.indices {
                guard let table = tacit_kernels_at(index)?.pointee else { continue }
                for (bias, residual) in [(nil, nil), (bias, residual)] as [([Float]?, [Float]?)] {
                    let found = output(table, numbers, steps: steps, bias: bias, residual: residual)
                    var wrong = 0
                    for patch in 0..<count {
                        for row in 0..<numbers.rows {
                            var total: Float = 0
                            for group in 0..<numbers.groups {
                                // An integer below 2^31 that one conversion rounds.
                                let sum =
                                    numbers.sum(patch, row, group) * numbers.groupScales[row * numbers.groups + group]
                                total.addProduct(Float(sum), steps[patch * numbers.groups + group])
                            }
                            var expected = total * Float(sign: .plus, exponent: row % 5 - 2, significand: 1)
                            if let bias { expected += bias[row] }
                            if let residual { expected += residual[patch * padded + row] }
                            if found[patch * padded + row].bitPattern != expected.bitPattern { wrong += 1 }
                        }
                    }
                    #expect(wrong == 0, "\(InstructionSet.available[index]), \(count) rows")
                }
            }
        }
    }

    /// Each group by itself: its largest magnitude is a whole 127 steps, all others are the nearest level.
    @Test(arguments: [1, 15, 16, 17, 31, 32, 33, 48, 63, 100, 257])
    func quantizationIsNearest(_ count: Int) {
        var random = RandomNumbers(seed: UInt64(count))
        let row = (0..<count).map { index in
            Float.random(in: -3...1, using: &random) * (index % 40 == 7 ? 1000 : 1)
        }
        let padded = (count + 31) / 32 * 32
        for index in InstructionSet.available.indices {
            guard let table = tacit_kernels_at(index)?.pointee else { continue }
            var levels = [Int8](repeating: 1, count: padded)
            var steps = [tacit_group_step](repeating: tacit_group_step(step: 1, start: 1), count: padded / 32)
            table.quantize_groups(row, count, &levels, &steps)
            for group in 0..<padded / 32 {
                let range = group * 32..<min(count, group * 32 + 32)
                let largest = range.reduce(Float(0)) { max($0, abs(row[$1])) }
                #expect(steps[group].step == largest / 127)
                for column in range {
                    let exact = row[column] / steps[group].step
                    #expect(abs(Float(levels[column]) - exact) <= 0.5001)
                }
                #expect(levels[range].map { abs(Int($0)) }.max() == 127)
                #expect(levels[range.upperBound..<group * 32 + 32].allSatisfy { $0 == 0 })
                #expect(steps[group].start == -128 * levels[group * 32..<group * 32 + 32].reduce(0) { $0 + Int32($1) })
            }
        }
    }

    /// What is no number stays none; next to nothing is nothing; the groups beside it do not mind.
    @Test func unusualNumbers() {
        let groups: [(value: Float, check: (Float) -> Bool)] = [
            (.nan, { $0.isNaN }), (.infinity, { $0 == .infinity }), (-.infinity, { $0 == .infinity }),
            (.leastNonzeroMagnitude, { $0 == 0 }), (1e-31, { $0 == 0 }), (0, { $0 == 0 }), (-0.0, { $0 == 0 }),
            (.greatestFiniteMagnitude, { $0 == .greatestFiniteMagnitude / 127 }),
        ]
        var row = [Float](repeating: 0.5, count: 2 * groups.count * 32)
        for (index, group) in groups.enumerated() {
            for column in 0..<32 { row[index * 64 + column] = group.value.magnitude < 1 ? group.value : 1 }
            row[index * 64 + 3] = group.value
        }
        for index in InstructionSet.available.indices {
            guard let table = tacit_kernels_at(index)?.pointee else { continue }
            var levels = [Int8](repeating: 1, count: row.count)
            var steps = [tacit_group_step](repeating: tacit_group_step(step: 1, start: 1), count: row.count / 32)
            table.quantize_groups(row, row.count, &levels, &steps)
            for (index, group) in groups.enumerated() {
                #expect(group.check(steps[2 * index].step))
                if steps[2 * index].step == 0 {
                    #expect(levels[index * 64..<index * 64 + 32].allSatisfy { $0 == 0 })
                    #expect(steps[2 * index].start == 0)
                }
                #expect(steps[2 * index + 1].step == Float(0.5) / 127)
                #expect(levels[index * 64 + 32..<index * 64 + 64].allSatisfy { $0 == 127 })
            }
            #expect(levels.allSatisfy { $0 >= -127 })
        }
    }
}
