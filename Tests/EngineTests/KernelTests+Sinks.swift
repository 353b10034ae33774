import CTacitKernels
import Glibc
import TacitModelFile
import TacitTestSupport
import Testing

extension KernelTests {
    /// Queries that attend to sinks before their slots: against double precision, and four together against each alone.
    @Test(arguments: [(1, 5, 1), (16, 2, 16), (24, 3, 7), (48, 30, 4), (80, 64, 1)])
    func attentionWithSinks(_ width: Int, _ window: Int, _ sinks: Int) {
        let (slots, scale, tiles) = (80, Float(0.3), (width + 15) / 16)
        let memory = TestMemory()
        let keyRing = numbers(slots * width, 1, seed: 12)
        let valueRing = numbers(slots * tiles * 16, 1, seed: 13)
        let (queries, sinkQueries) = (numbers(4 * width, 1, seed: 14), numbers(4 * (width + 3), 1, seed: 15))
        // What is no sink must not matter.
        var sinkKeys = [Float](repeating: .nan, count: width * 16)
        var sinkValues = [Float](repeating: .nan, count: tiles * 256)
        let (ownKeys, ownValues) = (numbers(sinks * width, 1, seed: 16), numbers(sinks * width, 1, seed: 17))
        for sink in 0..<sinks {
            for i in 0..<width {
                sinkKeys[i * 16 + 16 - sinks + sink] = ownKeys[sink * width + i]
                sinkValues[(i / 16 * 16 + 16 - sinks + sink) * 16 + i % 16] = ownValues[sink * width + i]
            }
        }
        let (keys, values) = (memory.pointer(keyRing), memory.pointer(valueRing))
        let (query, sinkQuery) = (memory.pointer(queries), memory.pointer(sinkQueries))
        let (sinkKey, sinkValue) = (memory.pointer(sinkKeys), memory.pointer(sinkValues))
        let scores = memory.pointer([Float](repeating: .nan, count: 4 * 144))
        for position in 0..<120 {
            let seen = (0..<4).map { min(position + $0 + 1, window) }
            let oldest = (0..<4).map { position + $0 + 1 - seen[$0] }
            func attend(_ table: tacit_kernels, _ row: Int, _ rows: Int, _ output: UnsafeMutablePointer<Float>) {
                func offset(_ index: Int) -> Int { oldest[min(row + index, 3)] - oldest[row] }
                func count(_ index: Int) -> Int { seen[min(row + index, 3)] }
                var work = tacit_attention(
                    query: query + row * width, query_stride: width, rows: rows, keys: keys, values: values,
                    slots: slots, first: oldest[row] % slots, offset: (offset(0), offset(1), offset(2), offset(3)),
                    count: (count(0), count(1), count(2), count(3)), head_width: width, scale: scale, scores: scores,
                    score_stride: 144, output: output, output_stride: width, sinks: sinks,
                    sink_query: sinkQuery + row * (width + 3), sink_query_stride: width + 3, sink_keys: sinkKey,
                    sink_values: sinkValue)
                table.attend(&work)
            }
            let together = agreed(4 * width) { attend($0, 0, 4, $1) }
            let alone = agreed(4 * width) { for row in 0..<4 { attend($0, row, 1, $1 + row * width) } }
            #expect(together.map(\.bitPattern) == alone.map(\.bitPattern))
            for row in 0..<4 {
                // Of each key that is seen, sinks first: its score, and the value behind it.
                var all: [(score: Double, value: (Int) -> Double)] = (0..<sinks).map { sink in
                    let score = (0..<width).reduce(0.0) {
                        $0 + Double(sinkQueries[row * (width + 3) + $1]) * Double(ownKeys[sink * width + $1])
                    }
                    return (score, { Double(ownValues[sink * width + $0]) })
                }
                all += (0..<seen[row]).map { index in
                    let slot = (oldest[row] + index) % slots
                    let score = (0..<width).reduce(0.0) {
                        $0 + Double(queries[row * width + $1])
                            * Double(keyRing[(slot / 16 * width + $1) * 16 + slot % 16])
                    }
                    return (score, { Double(valueRing[($0 / 16 * slots + slot) * 16 + $0 % 16]) })
                }
                let weights = all.map { exp($0.score * Double(scale)) }
                let total = weights.reduce(0, +)
                let expected = (0..<width).map { i in zip(weights, all).reduce(0) { $0 + $1.0 * $1.1.value(i) } / total
                }
                // Averages of values up to 1, which may cancel.
                let found = together[row * width..<(row + 1) * width]
                #expect(
                    zip(found, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 }, "position \(position), row \(row)")
            }
        }
        withExtendedLifetime(memory) {}
    }
}
