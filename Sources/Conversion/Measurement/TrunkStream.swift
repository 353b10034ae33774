import Glibc
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

    /// At the trunk's beginning.
    init(_ sample: SamplePatches) {
        rows = sample.rows
        normed = rows
        (contexts, patches) = (sample.contexts, sample.patches)
        threads = max(1, min(8, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
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

    /// Takes the stream through a block.
    ///
    /// - Returns: what the block's matrices were multiplied by.
    /// - Throws: as `advance` does.
    mutating func advanceKeepingInputs(_ block: BlockTensors) throws -> ProductInputs {
        let session = try Session(
            model: Model(source: block), contexts: contexts, maximumPatches: contexts * patches, threads: threads)
        let count = patches
        var inputs = ProductInputs()
        rows.withUnsafeMutableBufferPointer { rows in
            normed.withUnsafeMutableBufferPointer { normed in
                session.transform(stream: rows, count: count, normed: normed, keeping: &inputs)
            }
        }
        return inputs
    }

    /// What the matrices of a block are multiplied by, while the streams stay where they are.
    ///
    /// - Throws: as `advance` does.
    func inputs(of block: BlockTensors) throws -> ProductInputs {
        var copy = self
        return try copy.advanceKeepingInputs(block)
    }

    /// What two streams' last hidden states differ by, patch by patch; nil where the reference is no number or nothing at
    /// all.
    func error(against reference: TrunkStream) -> RelativeError? {
        let width = rows.count / (contexts * patches)
        var errors = RelativeErrors()
        for patch in 0..<contexts * patches {
            let range = patch * width..<(patch + 1) * width
            errors.add(normed[range], exact: reference.normed[range])
        }
        return errors.error
    }
}
