import CTacitKernels
import Glibc
import TacitEngine
import TacitModelFile
import TacitTestSupport
import Testing

/// Every kernel of every instruction set against double precision, and against `portable` bit for bit.
/// (`tools/arm64-kernels/run` does the latter across x86-64 and ARM.)
@Suite struct KernelTests {
    static var tables: [tacit_kernels] { InstructionSet.available.indices.compactMap { tacit_kernels_at($0)?.pointee } }
    static let lengths = [1, 2, 7, 15, 16, 17, 31, 33, 48, 100, 257]

    /// What each table makes of the same work; all the same bits, of which one is returned.
    func agreed(_ count: Int, _ work: (tacit_kernels, UnsafeMutablePointer<Float>) -> Void) -> [Float] {
        let results = Self.tables.map { table in
            var output = [Float](repeating: 0, count: count)
            output.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { work(table, base) } }
            return output
        }
        #expect(results.allSatisfy { $0.map(\.bitPattern) == results[0].map(\.bitPattern) })
        return results[0]
    }

    func numbers(_ count: Int, _ spread: Float, seed: UInt64) -> [Float] {
        var random = RandomNumbers(seed: seed)
        return (0..<count).map { _ in Float.random(in: -spread...spread, using: &random) }
    }

    @Test func portableComesFirst() {
        #expect(InstructionSet.available.first == "portable")
        #expect(Self.tables.count == InstructionSet.available.count)
    }

    @Test(arguments: lengths)
    func float32Products(_ columns: Int) {
        let rows = 85  // in six tiles, of which four go together where there is one row of inputs
        let weights = numbers(rows * columns, 1, seed: 1)
        let panels = Panels(weights, rows: rows, columns: columns, encoding: .float32)
        for count in 1...9 {
            let input = numbers(count * columns, 1, seed: UInt64(count))
            let residual = numbers(count * 96, 1, seed: 3)
            let bias = numbers(96, 1, seed: 4)
            let memory = TestMemory()
            func product(by tiles: [Range<Int>]) -> [Float] {
                agreed(count * 96) { table, output in
                    output.update(from: residual, count: residual.count)
                    var product = tacit_product_floats(
                        input: memory.pointer(input), input_stride: columns, rows: count, columns: columns,
                        panels: memory.pointer(panels.floats), bias: memory.pointer(bias),
                        residual: UnsafePointer(output), output: output, output_stride: 96)
                    for range in tiles { table.multiply_float32(&product, range.lowerBound, range.upperBound) }
                    withExtendedLifetime(memory) {}
                }
            }
            let output = product(by: [0..<6])
            #expect(product(by: (0..<6).map { $0..<$0 + 1 }).map(\.bitPattern) == output.map(\.bitPattern))
            for row in 0..<count {
                for channel in 0..<rows {
                    var sum = Double(bias[channel]) + Double(residual[row * 96 + channel])
                    for k in 0..<columns {
                        sum += Double(weights[channel * columns + k]) * Double(input[row * columns + k])
                    }
                    #expect(abs(Double(output[row * 96 + channel]) - sum) < 1e-6 * (4 + Double(columns)))
                }
            }
        }
    }

    /// Integer sums are exact: steps of 1 and whole offsets, so that each output is an integer that float32 holds.
    @Test(arguments: lengths, [false, true])
    func int8ProductsAreExact(_ columns: Int, _ extreme: Bool) {
        var random = RandomNumbers(seed: UInt64(columns))
        let rows = 18
        let groups = (columns + 7) / 8 * 2
        var levels = [Int](repeating: 0, count: rows * columns)
        for index in levels.indices {
            // At the edge of the rule of fours: one sign that adds up to 128, or 127 against -127.
            let (row, column) = index.quotientAndRemainder(dividingBy: columns)
            if extreme {
                let edges = [
                    [64, 64, 0, 0], [-64, -64, 0, 0], [127, -127, 1, -1], [-127, 127, -1, 1], [32, 32, 32, 32],
                    [-32, -32, -32, -32], [0, 1, 127, 0], [0, -127, -1, 0], [1, 2, 3, 122],
                ]
                let place = column % 8 / 4 * 2 + column % 2
                levels[index] = edges[(column / 8 * 2 + column % 4 / 2 + row) % edges.count][place]
            } else {
                levels[index] = Int.random(in: -32...32, using: &random)
            }
        }
        var panels = [Int8](repeating: 0, count: 32 * groups * 4)
        var sums = [Int32](repeating: 0, count: 32)
        for row in 0..<rows {
            for k in 0..<columns {
                let level = levels[row * columns + k]
                panels[((row / 16 * groups + k / 4) * 16 + row % 16) * 4 + k % 4] = Int8(level)
                sums[row] += Int32(level)
            }
        }
        let scales = [Float](repeating: 1, count: 32)
        for count in 1...6 {
            let input = (0..<count * groups * 4).map { _ in
                extreme ? (Bool.random(using: &random) ? 127 : -128) : Int.random(in: -128...127, using: &random)
            }
            let bytes = input.map { UInt8($0 + 128) }
            let inputScales = (0..<count).map { tacit_row_scale(step: 1, offset: Float($0 - 2)) }
            let memory = TestMemory()
            let output = agreed(count * 32) { table, output in
                var product = tacit_product_int8(
                    input: memory.pointer(bytes), input_stride: groups * 4, input_scales: memory.pointer(inputScales),
                    rows: count, groups: groups, panels: memory.pointer(panels), scales: memory.pointer(scales),
                    sums: memory.pointer(sums), bias: nil, residual: nil, output: output, output_stride: 32)
                table.multiply_int8(&product, 0, 2)
                withExtendedLifetime(memory) {}
            }
            for row in 0..<count {
                for channel in 0..<rows {
                    var sum = 0
                    for k in 0..<columns {
                        sum += levels[channel * columns + k] * (input[row * groups * 4 + k] + row - 2)
                    }
                    #expect(output[row * 32 + channel] == Float(sum))
                }
            }
        }
    }

    @Test(arguments: lengths)
    func quantization(_ count: Int) {
        for seed in 0..<20 as Range<UInt64> {
            var input = numbers(count, 3, seed: seed)
            // Ties, once: the step is 1, the offset whole, every number but two a half.
            if seed == 1 { input = input.indices.map { Float($0 % 255) + 0.5 } + [0, 255] }
            if seed == 2 { input = input.map { _ in 0 } }
            if seed == 3 { input = input.map { _ in -2.75 } }
            // One sign, far from zero.
            if seed == 4 { input = input.map { $0 + 1000 } }
            if seed == 5 { input = input.indices.map { $0 % 2 == 0 ? 3e38 : -3e38 } }
            let padded = (input.count + 15) / 16 * 16
            let results = Self.tables.map { table in
                var bytes = [UInt8](repeating: 7, count: padded)
                let scale = table.quantize(input, input.count, &bytes)
                var rest = [UInt8](repeating: 7, count: padded)
                let restScale = table.quantize_rest(input, input.count, bytes, scale, &rest)
                #expect(restScale.offset == 0)
                return (scale.step, scale.offset, bytes, restScale.step, rest)
            }
            #expect(results.allSatisfy { $0 == results[0] })
            let (step, offset, bytes, restStep, rest) = results[0]
            let (low, high) = (input.min() ?? 0, input.max() ?? 0)
            #expect(abs(Double(step) - (Double(high) - Double(low)) / 255) <= 1e-6 * Double(step))
            let room = Double(step) / 2 + 3e-7 * Double(max(abs(low), abs(high)))
            #expect(restStep == step / 254)
            #expect(rest[input.count...].allSatisfy { $0 == 128 })
            for (index, (value, byte)) in zip(input, bytes).enumerated() {
                let meant = Double(offset) + Double(step) * (Double(byte) - 128)
                #expect(abs(meant - Double(value)) <= room)
                // A level of the rest is up to half a step of its own off, and floats round about the value.
                let better = meant + Double(restStep) * (Double(rest[index]) - 128)
                #expect(abs(better - Double(value)) <= room / 254 + 3e-7 * Double(max(abs(low), abs(high))))
                if seed == 1, step == 1 { #expect(Float(byte) - 128 == (value - offset).rounded(.toNearestOrEven)) }
                if low < high, value == low { #expect(byte == 0) }
                if low < high, value == high { #expect(byte == 255) }
            }
            if seed == 1 { #expect(step == 1) }
            #expect(bytes[input.count...].allSatisfy { $0 == 128 })
        }
    }

    /// Whatever the input holds, all instruction sets make the same bytes of it; what is no number stays none.
    @Test func quantizationOfWhatIsNoNumber() {
        for special in [Float.nan, .infinity, -.infinity] {
            for count in [1, 5, 16, 40] {
                for place in [0, count / 2, count - 1] {
                    var input = numbers(count, 1, seed: 9)
                    input[place] = special
                    let results = Self.tables.map { table in
                        var bytes = [UInt8](repeating: 7, count: (count + 15) / 16 * 16)
                        let scale = table.quantize(input, count, &bytes)
                        var rest = bytes
                        _ = table.quantize_rest(input, count, bytes, scale, &rest)
                        return [
                            (bytes + rest).map(UInt32.init),
                            [scale.step, scale.offset].map { $0.isNaN ? 1 : $0.bitPattern },
                        ]
                    }
                    #expect(results.allSatisfy { $0 == results[0] })
                    // No step, and an offset that is no number.
                    #expect(results[0][0].allSatisfy { $0 == 128 } && results[0][1] == [0, 1])
                }
            }
        }
    }

    /// A row whose squares are too large for a number has no norm, rather than the one of every other such row.
    @Test(arguments: [(1e18, true), (1e20, false), (3e38, false), (.infinity, false), (.nan, false)])
    func normsOfWhatIsTooLarge(largest: Float, isNumber: Bool) {
        for count in [2, 5, 16, 40] {
            var input = numbers(count, 4, seed: 5)
            input[count / 2] = largest
            let ones = [Float](repeating: 1, count: count)
            for table in Self.tables {
                var output = [Float](repeating: 0, count: count)
                table.layer_norm(input, ones, ones, 1e-5, count, &output)
                #expect(output.allSatisfy { $0.isFinite == isNumber })
                table.rms_norm(input, ones, 1e-6, count, &output)
                #expect(output.allSatisfy { $0.isFinite == isNumber })
            }
        }
    }

    @Test(arguments: lengths)
    func norms(_ count: Int) {
        let input = numbers(count, 4, seed: 5)
        let weight = numbers(count, 1, seed: 6)
        let bias = numbers(count, 1, seed: 7)
        let layer = agreed(count) { $0.layer_norm(input, weight, bias, 1e-5, count, $1) }
        let rms = agreed(count) { $0.rms_norm(input, weight, 1e-6, count, $1) }
        let wide = input.map(Double.init)
        let mean = wide.reduce(0, +) / Double(count)
        let variance = wide.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        let square = wide.reduce(0) { $0 + $1 * $1 } / Double(count)
        #expect(
            relativeError(
                layer,
                wide.indices.map {
                    (wide[$0] - mean) / (variance + Double(Float(1e-5))).squareRoot() * Double(weight[$0])
                        + Double(bias[$0])
                }) < 2e-6)
        #expect(
            relativeError(
                rms, wide.indices.map { wide[$0] / (square + Double(Float(1e-6))).squareRoot() * Double(weight[$0]) })
                < 1e-6)
    }

    @Test(arguments: lengths)
    func sums(_ count: Int) {
        let input = numbers(count, 4, seed: 25)
        let before = numbers(count, 9, seed: 27)
        let plain = agreed(count) {
            $1.update(from: before, count: count)
            $0.add(input, count, $1)
        }
        #expect(plain == zip(before, input).map { $0 + $1 })
    }

    /// Means and deviations over rows of a ring, from wherever they begin: each element by itself, each step rounded.
    @Test(arguments: lengths)
    func moments(_ width: Int) {
        let (slots, stride) = (11, (width + 15) & ~15)
        var values = numbers(slots * stride, 4, seed: 26)
        // What is no number, or too large for a square, stays in its own column.
        if width > 15 { (values[3], values[stride + 7], values[9]) = (.nan, .infinity, 3e38) }
        for (first, rows) in [(0, 1), (10, 1), (0, 11), (4, 7), (4, 11), (10, 5)] {
            let found = agreed(2 * width) { table, output in
                values.withUnsafeBufferPointer {
                    guard let base = $0.baseAddress else { return }
                    var ring = tacit_ring_rows(values: base, stride: stride, slots: slots, first: first, count: rows)
                    table.moments(&ring, width, output, output + width)
                }
            }
            for element in 0..<width {
                let column = (0..<rows).map { values[(first + $0) % slots * stride + element] }
                let mean = column.reduce(0, +) / Float(rows)
                let squares = column.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
                let deviation = (squares / Float(rows)).squareRoot()
                #expect(found[element] == mean || found[element].isNaN && mean.isNaN)
                #expect(found[width + element] == deviation || found[width + element].isNaN && deviation.isNaN)
            }
        }
    }

    /// The exponential to about a unit in the last place over its whole range, what is made of it to a few.
    @Test func functions() {
        let input = (0..<40001).map { Float($0 - 20000) * 0.00434 }  // -86.8...86.8
        let count = input.count
        func worst(_ output: [Float], _ reference: (Double) -> Double) -> Double {
            zip(input, output).reduce(0) { worst, pair in
                let expected = reference(Double(pair.0))
                let unit = Double(Float(abs(expected)).ulp)
                return expected == 0 ? worst : max(worst, abs(Double(pair.1) - expected) / unit)
            }
        }
        #expect(worst(agreed(count) { $0.exponential(input, count, $1) }, exp) < 1.1)
        #expect(worst(agreed(count) { $0.sigmoid(input, count, $1) }) { 1 / (1 + exp(-$0)) } < 2.5)
        #expect(worst(agreed(count) { $0.silu(input, nil, count, $1) }) { $0 / (1 + exp(-$0)) } < 3)
        // GELU multiplies the exponent's rounding by its argument: relative to 1 + |x|.
        let gelu = agreed(count) { $0.gelu(input, nil, count, $1) }
        for (x, y) in zip(input.map(Double.init), gelu) {
            let expected = 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
            #expect(abs(Double(y) - expected) <= 3e-7 * (0.1 + abs(expected)))
        }
        let exact = agreed(count) { $0.gelu_exact(input, nil, count, $1) }
        for (x, y) in zip(input.map(Double.init), exact) {
            // The tail keeps its relative accuracy, but for the exponent's rounding, down to where it is nothing.
            let expected = x * 0.5 * erfc(-x / 2.0.squareRoot())
            #expect(abs(Double(y) - expected) <= 3e-7 * abs(expected) * (1 + x * x) + 1e-36)
        }
        let rectified = agreed(count) { $0.relu(input, nil, count, $1) }
        #expect(zip(rectified, input).allSatisfy { $0 == max($1, 0) })
        let gated = agreed(count) { $0.silu(input, input, count, $1) }
        let plain = agreed(count) { $0.silu(input, nil, count, $1) }
        #expect(zip(gated, zip(plain, input)).allSatisfy { $0 == $1.0 * $1.1 })
        // In place, as the engine does it.
        let inPlace = agreed(count) {
            $1.update(from: input, count: count)
            $0.gelu($1, nil, count, $1)
        }
        #expect(inPlace == gelu)
    }

    @Test func extremesOfFunctions() {
        let input: [Float] = [.infinity, -.infinity, 1e30, -1e30, 100, -100, 0, -0, .leastNonzeroMagnitude]
        let silu = agreed(input.count) { $0.silu(input, nil, input.count, $1) }
        #expect(silu[0] == .infinity && silu[2] == 1e30 && silu[4] == 100)
        #expect(silu[3] == 0 && abs(silu[5]) < 1e-36 && silu[6] == 0)
        let gelu = agreed(input.count) { $0.gelu(input, nil, input.count, $1) }
        #expect(gelu[0] == .infinity && gelu[2] == 1e30 && gelu[3] == 0 && gelu[4] == 100 && gelu[5] == 0)
        let exact = agreed(input.count) { $0.gelu_exact(input, nil, input.count, $1) }
        #expect(exact[0] == .infinity && exact[2] == 1e30 && exact[3] == 0 && exact[4] == 100 && exact[5] == 0)
        let rectified = agreed(input.count) { $0.relu(input, nil, input.count, $1) }
        #expect(rectified[0] == .infinity && rectified[1] == 0 && rectified[3] == 0 && rectified[4] == 100)
        let sigmoid = agreed(input.count) { $0.sigmoid(input, input.count, $1) }
        #expect(sigmoid[0] == 1 && sigmoid[1] == 0 && sigmoid[6] == 0.5)
        // NaN stays NaN, whatever its bits, and harms no neighbour.
        for table in Self.tables {
            var output = [Float](repeating: 0, count: 3)
            for function in [table.silu, table.gelu_exact, table.relu] {
                function([1, .nan, 1], nil, 3, &output)
                #expect(output[1].isNaN && output[0] == output[2] && output[0] > 0.7)
            }
        }
    }

    @Test(arguments: lengths)
    func softmax(_ count: Int) {
        for spread in [0.1, 5, 80] as [Float] {
            let input = numbers(count, spread, seed: 8)
            let output = agreed(count) { $0.softmax(input, count, $1) }
            let most = Double(input.max() ?? 0)
            let weights = input.map { exp(Double($0) - most) }
            let total = weights.reduce(0, +)
            #expect(relativeError(output, weights.map { $0 / total }) < 1e-6)
        }
    }

    @Test func rotaryAnglesOverMonths() {
        let frequencies = (0..<32).map { Float(exp(-Double($0) * 0.288)) }
        for position in [0, 1, 2, 3, 1000, 123_456_789, 5_000_000_000] as [UInt64] {
            var cosines = [Float](repeating: 0, count: 32)
            var sines = cosines
            tacit_rotary_angles(position, frequencies, 32, &cosines, &sines)
            for i in 0..<32 {
                // The C library's reduction of a double is exact; the product is exact too below 2^53.
                let angle = Double(position) * Double(frequencies[i])
                let slack = 1e-7 + angle * 2.3e-16
                #expect(abs(Double(cosines[i]) - cos(angle)) < slack)
                #expect(abs(Double(sines[i]) - sin(angle)) < slack)
            }
        }
    }
}
