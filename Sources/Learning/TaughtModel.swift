import TacitEngine
import TacitModelFile

/// A model that is being run, and learned labels behind its own. Nothing is allocated once it is made, but where
/// whoever reads makes room for other labels.
///
/// A learned label has the score of a sigmoid, whatever the model's own have: of the window, or of its last stretch
/// where that is more like it, of a model that has one (`LearningHead`). A corrected one of the model has its logit
/// lowered by as much as what is seen or heard lies on the corrections' side.
package final class TaughtModel: LearningModelFront {
    /// How much of the distance behind a correction's plane is taken from a logit.
    package static let correctionShare: Float = 2

    let model: any LearningModel
    private let planes: TaughtPlanes
    /// Which version of the planes is in the buffers.
    private var version: Int?
    private let width: Int
    private let own: Int
    /// Patches of a stretch; nil where there is none.
    private let stretch: Int?
    /// Places of learned labels, as many as whoever reads has room for.
    private var learned: Int
    private var correctedCount = 0
    /// `[own]`: the model's labels that were corrected, as many as there are.
    private let corrected: UnsafeMutableBufferPointer<Int>
    /// `[learned + own][width]`, `[learned + own]`: the learned labels' planes, then the corrected ones'.
    private var weights: UnsafeMutableBufferPointer<Float>
    private var biases: UnsafeMutableBufferPointer<Float>
    /// `[1 or 2][width]`: what is read over the window, and over a stretch.
    private let points: UnsafeMutableBufferPointer<Float>

    /// - Parameters:
    ///   - model: made to be learned by.
    ///   - description: of the model alone.
    ///   - planes: of labels that were taught to it.
    package init(_ model: any LearningModel, _ description: ModelDescription, _ planes: TaughtPlanes) {
        precondition(planes.width == model.learningWidth, "labels of another model")
        self.model = model
        self.planes = planes
        width = model.learningWidth
        own = description.labels.count
        stretch = description.learning.flatMap { $0.stretch > 0 ? $0.stretch : nil }
        learned = planes.places.names.count
        corrected = .allocate(capacity: own)
        corrected.initialize(repeating: 0)
        weights = .allocate(capacity: 0)
        biases = .allocate(capacity: 0)
        points = .allocate(capacity: stretch == nil ? width : 2 * width)
        points.initialize(repeating: 0)
        makeRoom(for: learned)
    }

    /// Until the planes are there, no learned label is said.
    private func makeRoom(for places: Int) {
        learned = places
        weights.deallocate()
        weights = .allocate(capacity: (learned + own) * width)
        weights.initialize(repeating: 0)
        biases.deallocate()
        biases = .allocate(capacity: learned + own)
        biases.initialize(repeating: TaughtPlanes.nowhere)
        correctedCount = 0
        version = nil
        // Somebody may hold the planes just now, but not for long; that there are other places by now is found
        // elsewhere.
        while version == nil, planes.places.names.count == learned { takeOver() }
    }

    deinit {
        corrected.deallocate()
        weights.deallocate()
        biases.deallocate()
        points.deallocate()
    }

    /// What was taught since the last reading, if it can be had at once.
    private func takeOver() {
        guard let new = planes.copy(into: weights, biases, corrected, places: learned, since: version) else { return }
        (version, correctedCount) = new
    }

    package func readLogits(context: Int, into logits: UnsafeMutableBufferPointer<Float>) {
        if logits.count != own + learned { makeRoom(for: max(0, logits.count - own)) }
        takeOver()
        if own > 0 { model.readLogits(context: context, into: UnsafeMutableBufferPointer(rebasing: logits[..<own])) }
        // Corrected labels are the window's, as the model's own are.
        let shorter = learned > 0 ? stretch : nil
        model.readLearning(context: context, last: nil, and: shorter, into: points)
        for index in 0..<learned {
            logits[own + index] = distance(of: 0, index)
            if shorter != nil { logits[own + index] = max(logits[own + index], distance(of: 1, index)) }
        }
        for index in 0..<correctedCount {
            logits[corrected[index]] -= max(0, Self.correctionShare * distance(of: 0, learned + index))
        }
    }

    package func applyScores(_ logits: UnsafeBufferPointer<Float>, into scores: UnsafeMutableBufferPointer<Float>) {
        if own > 0 {
            model.applyScores(
                UnsafeBufferPointer(rebasing: logits[..<own]),
                into: UnsafeMutableBufferPointer(rebasing: scores[..<own]))
        }
        TacitEngine.applyScores(
            .multilabel, logits: UnsafeBufferPointer(rebasing: logits[own...]),
            into: UnsafeMutableBufferPointer(rebasing: scores[own...]))
    }

    /// How far a point that was read last lies on a plane's side. In sums side by side, added up in one order.
    private func distance(of which: Int, _ index: Int) -> Float {
        var sums = SIMD8<Float>.zero
        guard let plane = weights.baseAddress.map({ $0 + index * width }),
            let point = points.baseAddress.map({ $0 + which * width })
        else { return 0 }
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
