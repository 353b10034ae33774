import TacitEngine
import TacitModelFile

/// How far a trunk's last hidden states are from what they should be: `|x - exact| / |exact|` of each patch's final norm.
package struct TrunkError: Equatable, Sendable {
    /// Of all patches.
    package var mean: Double
    /// The largest of them.
    package var worst: Double
}

/// The residual streams of a few contexts on their way through a trunk, block by block.
struct TrunkStream {
    /// `[contexts][patches][width]`: what the last block left, and the final norm of it.
    private(set) var rows: [Float]
    private(set) var normed: [Float]
    private let contexts: Int
    private let patches: Int
    private let threads: Int

    init(_ rows: [Float], contexts: Int, patches: Int, threads: Int) {
        self.rows = rows
        normed = rows
        (self.contexts, self.patches, self.threads) = (contexts, patches, threads)
    }

    /// - Throws: `TacitError` where a tensor is missing, or where memory or threads are not to be had.
    mutating func advance(_ block: BlockTensors) throws {
        let session = try Session(
            model: Model(source: block), contexts: contexts, maximumPatches: contexts * patches, threads: threads)
        let count = patches
        rows.withUnsafeMutableBufferPointer { rows in
            normed.withUnsafeMutableBufferPointer { normed in
                session.transform(stream: rows, count: count, normed: normed)
            }
        }
    }

    /// What the matrices of a block are multiplied by, while the streams stay where they are.
    ///
    /// - Throws: as `advance` does.
    func inputs(of block: BlockTensors) throws -> ProductInputs {
        let session = try Session(
            model: Model(source: block), contexts: contexts, maximumPatches: contexts * patches, threads: threads)
        var inputs = ProductInputs()
        var copy = self
        copy.rows.withUnsafeMutableBufferPointer { rows in
            copy.normed.withUnsafeMutableBufferPointer { normed in
                session.transform(stream: rows, count: patches, normed: normed, keeping: &inputs)
            }
        }
        return inputs
    }

    /// What two streams differ by; nil where the reference is no number or nothing at all.
    func error(against reference: TrunkStream) -> TrunkError? {
        let width = rows.count / (contexts * patches)
        var error = TrunkError(mean: 0, worst: 0)
        for patch in 0..<contexts * patches {
            var (signal, noise) = (0.0, 0.0)
            for index in patch * width..<(patch + 1) * width {
                let (exact, difference) = (
                    Double(reference.normed[index]), Double(normed[index]) - Double(reference.normed[index])
                )
                signal += exact * exact
                noise += difference * difference
            }
            guard signal > 0, signal.isFinite else { return nil }
            let own = noise.isNaN ? .infinity : (noise / signal).squareRoot()
            error.mean += own / Double(contexts * patches)
            error.worst = max(error.worst, own)
        }
        return error
    }
}
