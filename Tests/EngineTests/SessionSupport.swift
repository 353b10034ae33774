import TacitEngine
import TacitModelFile
import TacitTestSupport

/// Random patches, `[count][size]`.
func randomPatches(_ count: Int, _ size: Int, seed: UInt64) -> [[Float]] {
    var random = RandomNumbers(seed: seed)
    return (0..<count).map { _ in (0..<size).map { _ in Float.random(in: -1...1, using: &random) } }
}

extension Session {
    func push(_ patches: some Collection<[Float]>, to contexts: [Int] = [0]) {
        let flat = patches.flatMap { $0 }
        contexts.withUnsafeBufferPointer { contexts in
            flat.withUnsafeBufferPointer {
                if let base = $0.baseAddress { push(patches: base, count: patches.count, contexts: contexts) }
            }
        }
    }

    func embedding(_ context: Int = 0) -> [Float] {
        [Float](unsafeUninitializedCapacity: model.description.trunk.width) { buffer, count in
            buffer.initialize(repeating: .nan)
            readEmbedding(context: context, into: buffer)
            count = buffer.count
        }
    }

    func logits(_ context: Int = 0) -> [Float] {
        let labels = model.description.labels.count
        return [Float](unsafeUninitializedCapacity: labels) { buffer, count in
            let room = UnsafeMutableBufferPointer(rebasing: buffer[..<labels])
            room.initialize(repeating: .nan)
            readLogits(context: context, into: room)
            count = labels
        }
    }

    func learning(_ context: Int = 0, last: Int? = nil, and shorter: Int? = nil) -> [Float] {
        let all = shorter == nil ? learningWidth : 2 * learningWidth
        return [Float](unsafeUninitializedCapacity: all) { buffer, count in
            let room = UnsafeMutableBufferPointer(rebasing: buffer[..<all])
            room.initialize(repeating: .nan)
            readLearning(context: context, last: last, and: shorter, into: room)
            count = all
        }
    }

    /// Everything that can be read, as bits.
    func bits(_ context: Int = 0) -> [UInt32] {
        (embedding(context) + logits(context)).map(\.bitPattern)
    }
}

/// The largest difference, relative to the reference's largest magnitude.
func relativeError(_ values: [Float], _ reference: [Double]) -> Double {
    guard values.count == reference.count else { return .infinity }
    let most = reference.map(abs).max() ?? 0
    var worst = 0.0
    for (value, expected) in zip(values, reference) {
        let difference = abs(Double(value) - expected)
        if !(difference <= worst) { worst = difference }
    }
    return worst / max(most, 1e-30)
}
