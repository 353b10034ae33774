import CTacitKernels
import TacitModelFile

/// Products of int8 matrices in groups, which read rows as signed bytes with a step for each 32 of them.
struct Int8GroupProduct: Product {
    let readsLevels = true

    func quantize(
        _ row: UnsafePointer<Float>, count: Int, into rows: QuantizedRows, at index: Int, _ kernels: tacit_kernels
    ) {
        let bytes = UnsafeMutableRawPointer(rows.levels + index * rows.stride)
        kernels.quantize_groups(
            row, count, bytes.assumingMemoryBound(to: Int8.self), rows.groupSteps + index * rows.blocks)
    }

    func multiply(
        _ matrix: MatrixView, _ rows: ProductRows, tiles range: Range<Int>, _ kernels: tacit_kernels
    ) {
        guard let panels = matrix.panels.baseAddress, let quantized = rows.quantized,
            let scales = matrix.scales?.baseAddress, let groupScales = matrix.groupScales?.baseAddress
        else { return }
        var product = tacit_product_int8_groups(
            input: UnsafeRawPointer(quantized.levels).assumingMemoryBound(to: Int8.self),
            input_stride: quantized.stride, input_steps: quantized.groupSteps, input_step_stride: quantized.blocks,
            rows: rows.count, groups: Int8GroupPanels.groups(matrix.columns),
            panels: panels.assumingMemoryBound(to: Int8.self), group_scales: groupScales, scales: scales,
            bias: matrix.bias?.baseAddress, residual: rows.residual, output: rows.output,
            output_stride: rows.outputStride)
        kernels.multiply_int8_groups(&product, range.lowerBound, range.upperBound)
    }
}
