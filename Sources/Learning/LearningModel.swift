import TacitEngine
import TacitLabelling

/// What learning asks of a model that is being run.
package protocol LearningModel: PatchModel {
    /// Elements of what labels are learned by.
    var learningWidth: Int { get }
    /// What labels are learned by, of length 1 or 0, `[learningWidth]`: over a window, or its last patches.
    func readLearning(context: Int, last: Int?, into output: UnsafeMutableBufferPointer<Float>)
}

extension Session: LearningModel {}
