import CTacitKernels
import TacitModelFile

/// Products of matrices of floats, which read rows as they are.
struct FloatProduct: Product {
    /// Whether the weights are of 16 bits.
    let isHalf: Bool
    let readsLevels = false

    func quantize(
        _ row: UnsafePointer<Float>, count: Int, into rows: QuantizedRows, at index: Int, _ kernels: tacit_kernels
    ) {}

    func multiply(
        _ matrix: MatrixView, _ rows: ProductRows, tiles range: Range<Int>, _ kernels: tacit_kernels
    ) {
        guard let panels = matrix.panels.baseAddress else { return }
        var product = tacit_product_floats(
            input: rows.input, input_stride: rows.inputStride, rows: rows.count, columns: matrix.columns,
            panels: panels, bias: matrix.bias?.baseAddress,
            residual: rows.residual, output: rows.output, output_stride: rows.outputStride)
        let multiply = isHalf ? kernels.multiply_float16 : kernels.multiply_float32
        multiply(&product, range.lowerBound, range.upperBound)
    }
}
