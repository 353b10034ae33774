import TacitLabelling

/// Takes a model's place, and keeps the first patches that it is given.
final class PatchRecorder: PatchModel {
    private let capacity: Int
    private let patchSize: Int
    private var values: [Float] = []

    /// - Parameters:
    ///   - patches: that are kept.
    ///   - patchSize: elements of one.
    init(patches: Int, patchSize: Int) {
        capacity = patches * patchSize
        self.patchSize = patchSize
        values.reserveCapacity(capacity)
    }

    /// `[patches][patchSize]`; nil where there were fewer.
    var context: [Float]? { values.count == capacity ? values : nil }

    func removeAll() { values.removeAll(keepingCapacity: true) }

    func push(patches: UnsafePointer<Float>, count: Int, contexts: UnsafeBufferPointer<Int>) {
        let taken = min(count * patchSize, capacity - values.count)
        values.append(contentsOf: UnsafeBufferPointer(start: patches, count: taken))
    }

    func reset(context: Int) {}

    func readEmbedding(context: Int, into embedding: UnsafeMutableBufferPointer<Float>) {
        embedding.update(repeating: 0)
    }

    func readLogits(context: Int, into logits: UnsafeMutableBufferPointer<Float>) { logits.update(repeating: 0) }

    func applyScores(_ logits: UnsafeBufferPointer<Float>, into scores: UnsafeMutableBufferPointer<Float>) {
        scores.update(repeating: 0)
    }
}
