import CTacitKernels
import TacitModelFile

/// Turns logits into scores: softmax over the labels (multiclass) or a sigmoid of each (multilabel).
///
/// The same bits on every machine. As many as both buffers hold; `scores` may be `logits` itself.
package func applyScores(
    _ task: ModelDescription.Task, logits: UnsafeBufferPointer<Float>, into scores: UnsafeMutableBufferPointer<Float>
) {
    let count = min(logits.count, scores.count)
    guard count > 0, let input = logits.baseAddress, let output = scores.baseAddress else { return }
    let kernels = InstructionSet.best
    switch task {
    case .multiclass: kernels.pointee.softmax(input, count, output)
    case .multilabel: kernels.pointee.sigmoid(input, count, output)
    }
}
