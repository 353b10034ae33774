import TacitLabelling
import TacitModelFile

/// A model of two labels: the first scores the last patch's first value, and the second the opposite.
package final class EchoModel: PatchModel {
    private let patchSize: Int
    private var last: Float = 0

    package init(patchSize: Int) { self.patchSize = patchSize }

    package func reset(context: Int) {}
    package func push(patches: UnsafePointer<Float>, count: Int, contexts: UnsafeBufferPointer<Int>) {
        last = patches[(count - 1) * patchSize]
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
    package static func description(_ input: InputDescription) -> ModelDescription {
        ModelDescription(
            trunk: TrunkDescription(
                family: .llama, width: 1, layers: 1, heads: 1, keyValueHeads: 1, headWidth: 2, feedForwardWidth: 1,
                isGated: true, norm: .rms, normEpsilon: 1e-5, activation: .silu, positions: .rotary, rotaryWidth: 2),
            input: input, attention: .causal, context: .restart, pool: .last, task: .multilabel, labels: ["a", "b"],
            thresholds: [0.5, 0.5], patchHiddenWidth: 0, hasHeadNorm: false)
    }
}
