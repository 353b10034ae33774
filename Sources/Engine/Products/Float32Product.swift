import CTacitKernels
import TacitModelFile

/// Products of float32 matrices, which read rows as they are.
struct Float32Product: Product {
    let readsLevels = false

    func quantize(
        _ row: UnsafePointer<Float>, count: Int, into rows: QuantizedRows, at index: Int, _ kernels: tacit_kernels
    ) {}

    func multiply(
        _ matrix: MatrixView, _ rows: ProductRows, tiles range: Range<Int>, _ kernels: tacit_kernels
    ) {
        guard let panels = matrix.panels.baseAddress else { return }
        var product = tacit_product_float32(
            input: rows.input, input_stride: rows.inputStride, rows: rows.count, columns: matrix.columns,
            panels: panels.assumingMemoryBound(to: Float.self), bias: matrix.bias?.baseAddress,
            residual: rows.residual, output: rows.output, output_stride: rows.outputStride)
        kernels.multiply_float32(&product, range.lowerBound, range.upperBound)
    }
}
