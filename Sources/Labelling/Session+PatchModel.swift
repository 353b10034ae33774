import TacitEngine

extension Session: PatchModel {
    package func applyScores(_ logits: UnsafeBufferPointer<Float>, into scores: UnsafeMutableBufferPointer<Float>) {
        TacitEngine.applyScores(model.description.task, logits: logits, into: scores)
    }
}
