import CTacitKernels
import Glibc
import TacitTestSupport
import Testing

extension KernelTests {
    /// Wherever a context lies in its ring, and however many slots there are, the bits are the same.
    @Test(arguments: [1, 6, 10, 16, 24, 48, 64, 80])
    func attention(_ width: Int) {
        let window = 45
        let keys = numbers(window * width, 1, seed: 9)
        let values = numbers(window * width, 1, seed: 10)
        let query = numbers(width, 1, seed: 11)
        let scale = 1 / Float(width).squareRoot()
        for count in [1, 2, 15, 16, 17, 44, 45] {
            var all: [[Float]] = []
            for (slots, first) in [(48, 0), (48, 3), (48, 40), (64, 16), (64, 33), (128, 127)] {
                all.append(
                    agreed(width) { table, output in
                        let tiles = (width + 15) / 16
                        // What is not part of the context must not matter.
                        var keyRing = [Float](repeating: .nan, count: slots * width)
                        var valueRing = [Float](repeating: .nan, count: slots * tiles * 16)
                        let scores = [Float](repeating: .nan, count: 64 + 64)
                        // One at a time, or as many as there are before the ring's end.
                        var index = 0
                        while index < count {
                            let slot = (first + index) % slots
                            let together = slots % 3 == 0 ? 1 : min(count - index, slots - slot)
                            table.store(
                                Array(keys[(index * width)...]), Array(values[(index * width)...]), width, together,
                                width, slot, slots, &keyRing, &valueRing)
                            index += together
                        }
                        let memory = TestMemory()
                        var work = tacit_attention(
                            query: memory.pointer(query), query_stride: width, rows: 1, keys: memory.pointer(keyRing),
                            values: memory.pointer(valueRing), slots: slots, first: first, offset: (0, 0, 0, 0),
                            count: (count, 0, 0, 0), head_width: width, scale: scale, scores: memory.pointer(scores),
                            score_stride: scores.count, output: output, output_stride: width, sinks: 0,
                            sink_query: nil, sink_query_stride: 0, sink_keys: nil, sink_values: nil)
                        table.attend(&work)
                        withExtendedLifetime(memory) {}
                    })
            }
            #expect(all.allSatisfy { $0.map(\.bitPattern) == all[0].map(\.bitPattern) })
            let scores = (0..<count).map { index in
                (0..<width).reduce(0.0) { $0 + Double(query[$1]) * Double(keys[index * width + $1]) } * Double(scale)
            }
            let weights = scores.map { exp($0) }
            let total = weights.reduce(0, +)
            let expected = (0..<width).map { i in
                (0..<count).reduce(0.0) { $0 + weights[$1] * Double(values[$1 * width + i]) } / total
            }
            #expect(relativeError(all[0], expected) < 2e-6)
        }
    }

    /// Queries of successive patches together, against each by itself.
    @Test(arguments: [(1, 5), (16, 2), (24, 3), (48, 30), (80, 64)])
    func attentionOfSeveralQueries(_ width: Int, _ window: Int) {
        let slots = 80
        let memory = TestMemory()
        let keys = memory.pointer(numbers(slots * width, 1, seed: 12))
        let values = memory.pointer(numbers(slots * (width + 15) / 16 * 16, 1, seed: 13))
        let query = memory.pointer(numbers(4 * width, 1, seed: 14))
        let scores = memory.pointer([Float](repeating: .nan, count: 4 * 144))
        for (position, table) in (0..<120).flatMap({ position in Self.tables.map { (position, $0) } }) {
            let seen = (0..<4).map { min(position + $0 + 1, window) }
            let oldest = (0..<4).map { position + $0 + 1 - seen[$0] }
            func attend(_ row: Int, _ rows: Int, _ output: UnsafeMutablePointer<Float>) {
                func offset(_ index: Int) -> Int { oldest[min(row + index, 3)] - oldest[row] }
                func count(_ index: Int) -> Int { seen[min(row + index, 3)] }
                var work = tacit_attention(
                    query: query + row * width, query_stride: width, rows: rows, keys: keys, values: values,
                    slots: slots, first: oldest[row] % slots, offset: (offset(0), offset(1), offset(2), offset(3)),
                    count: (count(0), count(1), count(2), count(3)), head_width: width, scale: 0.3, scores: scores,
                    score_stride: 144, output: output, output_stride: width, sinks: 0, sink_query: nil,
                    sink_query_stride: 0, sink_keys: nil, sink_values: nil)
                table.attend(&work)
            }
            let together = memory.pointer([Float](repeating: 0, count: 4 * width))
            let alone = memory.pointer([Float](repeating: 0, count: 4 * width))
            attend(0, 4, together)
            for row in 0..<4 { attend(row, 1, alone + row * width) }
            #expect((0..<4 * width).allSatisfy { together[$0].bitPattern == alone[$0].bitPattern })
        }
        withExtendedLifetime(memory) {}
    }
}
