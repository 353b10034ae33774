import TacitEngine
import TacitModelFile

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

    /// `|x - reference| / |reference|` of each patch's final norm, their mean; nil where the reference says nothing.
    func error(against reference: TrunkStream) -> Double? {
        let width = rows.count / (contexts * patches)
        var sum = 0.0
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
            sum += (noise / signal).squareRoot()
        }
        return sum / Double(contexts * patches)
    }
}
