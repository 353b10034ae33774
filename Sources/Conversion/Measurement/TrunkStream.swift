import TacitDiagnostics
import TacitEngine
import TacitMeasures
import TacitModelFile

/// The residual streams of a few contexts on their way through a trunk, block by block.
struct TrunkStream {
    /// `[contexts][length][width]`: what the last block left, and the final norm of it.
    private(set) var rows: [Float]
    private(set) var normed: [Float]
    private let contexts: Int
    /// Rows of each context, the first of which are sinks.
    private let length: Int
    private let sinks: Int
    private let threads: Int

    /// At the trunk's beginning.
    init(_ sample: SamplePatches) {
        rows = sample.rows
        normed = rows
        (contexts, length, sinks) = (sample.contexts, sample.length, sample.sinks)
        threads = Processors.threads
    }

    /// - Throws: `TacitError` where a tensor is missing, or where memory or threads are not to be had.
    mutating func advance(_ block: BlockTensors) throws {
        let session = try Session(
            model: Model(source: block), contexts: contexts, maximumPatches: contexts * length, threads: threads)
        let count = length
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
            model: Model(source: block), contexts: contexts, maximumPatches: contexts * length, threads: threads)
        let count = length
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

    /// What two streams' last hidden states differ by, patch by patch; nil where the reference is no number or nothing
    /// at all.
    func error(against reference: TrunkStream) -> RelativeError? {
        let width = rows.count / (contexts * length)
        var errors = RelativeErrors()
        for row in 0..<contexts * length where row % length >= sinks {
            let range = row * width..<(row + 1) * width
            errors.add(normed[range], exact: reference.normed[range])
        }
        return errors.error
    }
}
