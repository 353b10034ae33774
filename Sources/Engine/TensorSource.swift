import TacitModelFile

/// Where a model's tensors come from: a model file, or memory.
///
/// The views it hands out stay valid and unchanged for as long as it lives.
package protocol TensorSource: AnyObject, Sendable {
    var description: ModelDescription { get }
    /// - Throws: `TacitError` where there is no such matrix.
    func matrix(_ name: String) throws -> MatrixView
    /// - Throws: `TacitError` where there is no such float32 tensor.
    func vector(_ name: String) throws -> UnsafeBufferPointer<Float>
    func hasTensor(_ name: String) -> Bool
}

extension ModelFile: TensorSource {}
