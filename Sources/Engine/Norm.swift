import CTacitKernels
import TacitModelFile

/// A norm over one row: LayerNorm or RMSNorm, with its weights where they lie, in a `TensorSource`, which
/// never changes them.
struct Norm: @unchecked Sendable {
    let kind: TrunkDescription.Norm
    let epsilon: Float
    let width: Int
    /// `[width]`
    let weight: UnsafePointer<Float>
    /// `[width]`; LayerNorm only.
    let bias: UnsafePointer<Float>?

    func apply(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ kernels: tacit_kernels) {
        switch (kind, bias) {
        case (.layer, .some(let bias)): kernels.layer_norm(input, weight, bias, epsilon, width, output)
        default: kernels.rms_norm(input, weight, epsilon, width, output)
        }
    }
}
