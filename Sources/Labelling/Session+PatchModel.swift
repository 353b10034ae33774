import Engine

extension Session: PatchModel {
    public func applyScores(_ logits: UnsafeBufferPointer<Float>, into scores: UnsafeMutableBufferPointer<Float>) {
        Engine.applyScores(model.description.task, logits: logits, into: scores)
    }
}
