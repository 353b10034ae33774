import TacitEngine
import TacitModelFile
import Testing

/// Operations against what can be counted by hand.
@Suite struct OperationCountTests {
    /// GPT-2's smallest, of whose trunk 84,934,656 weights are matrices.
    private static func gpt2(window: Int, pool: ModelDescription.Pool) -> ModelDescription {
        Shapes.model(
            Shapes.trunk(
                .gpt2, width: 768, layers: 12, heads: 12, keyValueHeads: 12, headWidth: 64, feedForward: 3072,
                positions: .table),
            input: Shapes.waveform(patch: 400, window: window), pool: pool)
    }

    @Test func aWindow() {
        // Each weight once a patch, and 768 for each of a score and its value, 2080 pairs a layer.
        let count = OperationCount(Self.gpt2(window: 64, pool: .mean))
        let pair = 12 * 2 * 768
        #expect(count.window == Double(2 * (84_934_656 * 64 + pair * 2080)))
        #expect(count.step == Double(2 * (84_934_656 + pair * 64)))
    }

    @Test func everyPatchSeesTheSinks() {
        func model(_ sinks: Int) -> ModelDescription {
            var model = Self.gpt2(window: 64, pool: .mean)
            (model.context, model.trunk.positions, model.sinks) = (.sliding, .none, sinks)
            return model
        }
        let (without, with) = (OperationCount(model(0)), OperationCount(model(3)))
        #expect(with.window - without.window == Double(2 * 12 * 2 * 768 * 3 * 64))
        #expect(with.step - without.step == Double(2 * 12 * 2 * 768 * 3))
    }

    @Test func lastPoolingEndsInOnePatch() {
        let all = OperationCount(Self.gpt2(window: 64, pool: .mean))
        let last = OperationCount(Self.gpt2(window: 64, pool: .last))
        // All but one patch are spared the last layer's output and feed-forward matrices and their attention.
        let matrices = 63 * (768 * 768 + 2 * 768 * 3072)
        let attention = 2 * 768 * (2080 - 64)
        #expect(all.window - last.window == Double(2 * (matrices + attention)))
        #expect(all.step == last.step)
    }

    /// Counted one multiply-add at a time.
    @Test func fullAttentionGatesAndGroupedHeads() {
        let model = Shapes.model(
            Shapes.trunk(
                .llama, width: 6, layers: 3, heads: 4, keyValueHeads: 2, headWidth: 5, feedForward: 7,
                positions: .rotary, rotaryWidth: 4),
            input: Shapes.waveform(patch: 4, window: 9), attention: .full, pool: .mean)
        var multiplyAdds = 0
        for _ in 0..<3 {
            for _ in 0..<9 {
                multiplyAdds += 6 * (4 * 5 + 2 * 5 + 2 * 5)  // queries, keys, values
                for _ in 0..<9 { multiplyAdds += 4 * (5 + 5) }
                multiplyAdds += 4 * 5 * 6
                multiplyAdds += 6 * 7 + 6 * 7 + 7 * 6  // gate, up, down
            }
        }
        #expect(OperationCount(model).window == Double(2 * multiplyAdds))
    }
}
