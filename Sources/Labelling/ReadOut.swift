import TacitModelFile

/// What a context says, read into memory of its own, which is taken at the start.
final class ReadOut {
    private var logits: UnsafeMutableBufferPointer<Float>
    private var scores: UnsafeMutableBufferPointer<Float>
    private let embedding: UnsafeMutableBufferPointer<Float>

    init(_ description: ModelDescription) {
        logits = .allocate(capacity: description.labels.count)
        logits.initialize(repeating: 0)
        scores = .allocate(capacity: description.labels.count)
        scores.initialize(repeating: 0)
        embedding = .allocate(capacity: description.trunk.width)
        embedding.initialize(repeating: 0)
    }

    deinit {
        logits.deallocate()
        scores.deallocate()
        embedding.deallocate()
    }

    /// Makes room for more labels, behind those that there are: the model has learned some meanwhile.
    func grow(toLabels count: Int) {
        logits = logits.grown(to: count)
        scores = scores.grown(to: count)
    }

    func read(_ model: any PatchModel, context: Int) {
        model.readEmbedding(context: context, into: embedding)
        guard !logits.isEmpty else { return }
        model.readLogits(context: context, into: logits)
        model.applyScores(UnsafeBufferPointer(logits), into: scores)
    }

    /// What was read last, valid until the next is.
    func reading(start: Int, end: Int, sampleRate: Int, inferenceSeconds: Double) -> Reading {
        Reading(
            start: start, end: end, sampleRate: sampleRate, logits: UnsafeBufferPointer(logits),
            scores: UnsafeBufferPointer(scores), embedding: UnsafeBufferPointer(embedding),
            inferenceSeconds: inferenceSeconds)
    }
}
