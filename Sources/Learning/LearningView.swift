import TacitLabelling

/// A model that is being run, read out by what labels are learned by instead of by its head.
package final class LearningView: PatchModel {
    private let model: any LearningModel

    /// - Parameter model: made to be learned by.
    package init(_ model: any LearningModel) { self.model = model }

    package var canLookBack: Bool { model.canLookBack }
    package var patchesLeftOut: Int {
        get { model.patchesLeftOut }
        set { model.patchesLeftOut = newValue }
    }

    package func reset(context: Int) { model.reset(context: context) }

    package func push(patches: UnsafePointer<Float>, count: Int, contexts: UnsafeBufferPointer<Int>) {
        model.push(patches: patches, count: count, contexts: contexts)
    }

    package func readEmbedding(context: Int, into embedding: UnsafeMutableBufferPointer<Float>) {
        model.readLearning(context: context, last: nil, and: nil, into: embedding)
    }

    package func readLogits(context: Int, into logits: UnsafeMutableBufferPointer<Float>) {
        model.readLogits(context: context, into: logits)
    }

    package func applyScores(_ logits: UnsafeBufferPointer<Float>, into scores: UnsafeMutableBufferPointer<Float>) {
        model.applyScores(logits, into: scores)
    }
}
