import CTacitKernels
import TacitModelFile
import TacitTestSupport
import Testing

extension KernelTests {
    /// The same weights in 16 bits and in 32, subnormal ones among them, give the same bits.
    @Test(arguments: KernelTests.lengths)
    func float16ProductsAreThoseOfFloat32(_ columns: Int) {
        let rows = 85
        var random = RandomNumbers(seed: UInt64(columns))
        // Whole numbers of at most 11 bits, times a power of two.
        let weights = (0..<rows * columns).map { _ in
            Float(Int.random(in: -2047...2047, using: &random))
                * Float(sign: .plus, exponent: -Int.random(in: 8...24, using: &random), significand: 1)
        }
        let whole = Panels(weights, rows: rows, columns: columns, encoding: .float32)
        let half = Panels(weights, rows: rows, columns: columns, encoding: .float16)
        for count in 1...9 {
            let input = numbers(count * columns, 1, seed: UInt64(count))
            let bias = numbers(96, 1, seed: 4)
            let memory = TestMemory()
            func output(_ isHalf: Bool) -> [Float] {
                agreed(count * 96) { table, output in
                    var product = tacit_product_floats(
                        input: memory.pointer(input), input_stride: columns, rows: count, columns: columns,
                        panels: isHalf
                            ? UnsafeRawPointer(memory.pointer(half.halves))
                            : UnsafeRawPointer(memory.pointer(whole.floats)),
                        bias: memory.pointer(bias), residual: nil, output: output, output_stride: 96)
                    if isHalf { table.multiply_float16(&product, 0, 6) } else { table.multiply_float32(&product, 0, 6) }
                    withExtendedLifetime(memory) {}
                }
            }
            let (expected, found) = (output(false), output(true))
            #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
            #expect(expected.contains { $0 != 0 })
        }
    }
}
