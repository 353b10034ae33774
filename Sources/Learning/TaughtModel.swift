import TacitEngine
import TacitLabelling
import TacitModelFile

/// A model that is being run, and learned labels behind its own. Nothing is allocated once it is made.
///
/// A learned label has the score of a sigmoid, whatever the model's own have; a corrected one of the model has its logit
/// lowered by as much as what is seen or heard lies on the corrections' side.
package final class TaughtModel: PatchModel {
    /// How much of the distance behind a correction's plane is taken from a logit.
    private static let correctionShare: Float = 2

    private let model: any LearningModel
    private let width: Int
    private let own: Int
    private let learned: Int
    /// The model's labels that were corrected.
    private let corrected: [Int]
    /// `[planes][width]`, `[planes]`
    private let weights: UnsafeMutableBufferPointer<Float>
    private let biases: UnsafeMutableBufferPointer<Float>
    private let point: UnsafeMutableBufferPointer<Float>

    /// - Parameters:
    ///   - model: made to be learned by.
    ///   - description: of the model alone.
    ///   - labels: taught to it.
    package init(_ model: any LearningModel, _ description: ModelDescription, _ labels: LearnedLabels) {
        let classifiers = labels.classifiers
        precondition(classifiers.width == model.learningWidth, "labels of another model")
        self.model = model
        width = model.learningWidth
        own = description.labels.count
        learned = labels.labels.count
        corrected = classifiers.corrected.map { description.labels.firstIndex(of: $0) ?? -1 }
        weights = .allocate(capacity: classifiers.weights.count)
        _ = weights.initialize(from: classifiers.weights)
        biases = .allocate(capacity: classifiers.biases.count)
        _ = biases.initialize(from: classifiers.biases)
        point = .allocate(capacity: width)
        point.initialize(repeating: 0)
    }

    deinit {
        weights.deallocate()
        biases.deallocate()
        point.deallocate()
    }

    package func reset(context: Int) { model.reset(context: context) }

    package func push(patches: UnsafePointer<Float>, count: Int, contexts: UnsafeBufferPointer<Int>) {
        model.push(patches: patches, count: count, contexts: contexts)
    }

    package func readEmbedding(context: Int, into embedding: UnsafeMutableBufferPointer<Float>) {
        model.readEmbedding(context: context, into: embedding)
    }

    package func readLogits(context: Int, into logits: UnsafeMutableBufferPointer<Float>) {
        if own > 0 { model.readLogits(context: context, into: UnsafeMutableBufferPointer(rebasing: logits[..<own])) }
        model.readLearning(context: context, into: point)
        for index in 0..<learned { logits[own + index] = distance(index) }
        for (index, label) in corrected.enumerated() where label >= 0 {
            logits[label] -= max(0, Self.correctionShare * distance(learned + index))
        }
    }

    package func applyScores(_ logits: UnsafeBufferPointer<Float>, into scores: UnsafeMutableBufferPointer<Float>) {
        if own > 0 {
            model.applyScores(
                UnsafeBufferPointer(rebasing: logits[..<own]), into: UnsafeMutableBufferPointer(rebasing: scores[..<own]))
        }
        TacitEngine.applyScores(
            .multilabel, logits: UnsafeBufferPointer(rebasing: logits[own...]),
            into: UnsafeMutableBufferPointer(rebasing: scores[own...]))
    }

    /// How far what was read last lies on a plane's side. In sums side by side, added up in one order.
    private func distance(_ index: Int) -> Float {
        var sums = SIMD8<Float>.zero
        guard let plane = weights.baseAddress.map({ $0 + index * width }), let point = point.baseAddress else { return 0 }
        var element = 0
        while element + 8 <= width {
            let a = UnsafeRawPointer(plane + element).loadUnaligned(as: SIMD8<Float>.self)
            let b = UnsafeRawPointer(point + element).loadUnaligned(as: SIMD8<Float>.self)
            sums += a * b
            element += 8
        }
        var sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
        while element < width {
            sum += plane[element] * point[element]
            element += 1
        }
        return sum + biases[index]
    }
}
