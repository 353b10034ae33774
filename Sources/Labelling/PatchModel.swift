/// What labelling asks of a model that is being run: `Engine.Session`, or a stand-in in tests.
///
/// Results must not depend on how patches are split into pushes, nor on which contexts go along.
package protocol PatchModel: AnyObject {
    /// Whether reads can leave out patches that were pushed already.
    var canLookBack: Bool { get }
    /// How many of the last ones they leave out: fewer than go through at once, and none but where the model
    /// `canLookBack`.
    var patchesLeftOut: Int { get set }
    /// Begins a context anew.
    func reset(context: Int)
    /// Gives the same `count` successive patches, `[count][patchSize]`, to each of the contexts named.
    func push(patches: UnsafePointer<Float>, count: Int, contexts: UnsafeBufferPointer<Int>)
    /// The head's input, `[width]`.
    func readEmbedding(context: Int, into embedding: UnsafeMutableBufferPointer<Float>)
    /// `[labels]`; never called for a model without labels.
    func readLogits(context: Int, into logits: UnsafeMutableBufferPointer<Float>)
    /// From logits to scores, by the model's task.
    func applyScores(_ logits: UnsafeBufferPointer<Float>, into scores: UnsafeMutableBufferPointer<Float>)
}

extension PatchModel {
    package var canLookBack: Bool { false }
    package var patchesLeftOut: Int {
        get { 0 }
        set { precondition(newValue == 0) }
    }
}
