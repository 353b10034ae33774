import TacitEngine
import TacitLabelling

/// What learning asks of a model that is being run.
package protocol LearningModel: PatchModel {
    /// Elements of what labels are learned by.
    var learningWidth: Int { get }
    /// What labels are learned by, each of length 1 or 0: over a window, or its last patches, and if asked for over
    /// another number of these besides, `[1 or 2][learningWidth]`.
    func readLearning(context: Int, last: Int?, and shorter: Int?, into output: UnsafeMutableBufferPointer<Float>)
}

extension Session: LearningModel {}
