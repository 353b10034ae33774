import TacitLabelling
import TacitModelFile

/// A model of two labels: the first scores the last patch's first value, and the second the opposite.
package final class EchoModel: PatchModel {
    private let patchSize: Int
    /// What was pushed: the last patch alone, unless it looks back.
    private var values: [Float] = [0]
    private var last: Float { values[max(0, values.count - 1 - patchesLeftOut)] }
    package private(set) var pushes = 0
    package let canLookBack: Bool
    package var patchesLeftOut = 0

    package init(patchSize: Int, canLookBack: Bool = false) {
        self.patchSize = patchSize
        self.canLookBack = canLookBack
    }

    package func reset(context: Int) {}
    package func push(patches: UnsafePointer<Float>, count: Int, contexts: UnsafeBufferPointer<Int>) {
        pushes += 1
        guard canLookBack else {
            values[0] = patches[(count - 1) * patchSize]
            return
        }
        for index in 0..<count { values.append(patches[index * patchSize]) }
    }
    package func readEmbedding(context: Int, into embedding: UnsafeMutableBufferPointer<Float>) {
        embedding.update(repeating: last)
    }
    package func readLogits(context: Int, into logits: UnsafeMutableBufferPointer<Float>) {
        logits[0] = last
        logits[1] = -last
    }
    package func applyScores(_ logits: UnsafeBufferPointer<Float>, into scores: UnsafeMutableBufferPointer<Float>) {
        for index in 0..<logits.count { scores[index] = max(0, logits[index]) }
    }

    /// Of such a model.
    package static func description(
        _ input: InputDescription, context: ModelDescription.Context = .restart
    ) -> ModelDescription {
        ModelDescription(
            trunk: TrunkDescription(
                family: .llama, width: 1, layers: 1, heads: 1, keyValueHeads: 1, headWidth: 2, feedForwardWidth: 1,
                isGated: true, norm: .rms, normEpsilon: 1e-5, activation: .silu, positions: .rotary, rotaryWidth: 2),
            input: input, attention: .causal, context: context, pool: .last, task: .multilabel, labels: ["a", "b"],
            thresholds: [0.5, 0.5], patchHiddenWidth: 0, hasHeadNorm: false)
    }
}
