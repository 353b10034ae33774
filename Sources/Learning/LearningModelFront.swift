import TacitLabelling

/// What stands in front of a model that is being run, and leaves to it what it doesn't do itself.
protocol LearningModelFront: PatchModel {
    var model: any LearningModel { get }
}

extension LearningModelFront {
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
        model.readEmbedding(context: context, into: embedding)
    }

    package func readLogits(context: Int, into logits: UnsafeMutableBufferPointer<Float>) {
        model.readLogits(context: context, into: logits)
    }

    package func applyScores(_ logits: UnsafeBufferPointer<Float>, into scores: UnsafeMutableBufferPointer<Float>) {
        model.applyScores(logits, into: scores)
    }
}
