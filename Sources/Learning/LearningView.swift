/// A model that is being run, read out by what labels are learned by instead of by its head.
package final class LearningView: LearningModelFront {
    let model: any LearningModel

    /// - Parameter model: made to be learned by.
    package init(_ model: any LearningModel) { self.model = model }

    package func readEmbedding(context: Int, into embedding: UnsafeMutableBufferPointer<Float>) {
        model.readLearning(context: context, last: nil, and: nil, into: embedding)
    }
}
