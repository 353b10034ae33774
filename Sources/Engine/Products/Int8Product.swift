import CTacitKernels
import TacitModelFile

/// Products of int8 matrices in one plane or two. With two, what 8 bits leave of a row is read as well.
struct Int8Product: Product {
    let planes: Int
    let readsLevels = true

    func quantize(
        _ row: UnsafePointer<Float>, count: Int, into rows: QuantizedRows, at index: Int, _ kernels: tacit_kernels
    ) {
        let bytes = rows.levels + index * rows.stride
        let scale = kernels.quantize(row, count, bytes)
        rows.scales[index] = scale
        guard planes == 2 else { return }
        rows.restScales[index] = kernels.quantize_rest(row, count, bytes, scale, rows.rest + index * rows.stride)
    }

    func multiply(
        _ matrix: MatrixView, _ rows: ProductRows, tiles range: Range<Int>, _ kernels: tacit_kernels
    ) {
        guard let panels = matrix.panels.baseAddress, let quantized = rows.quantized,
            let scales = matrix.scales?.baseAddress, let sums = matrix.sums?.baseAddress
        else { return }
        let groups = Int8Panels.paddedColumns(matrix.columns) / 4
        let levels = panels.assumingMemoryBound(to: Int8.self)
        var product = tacit_product_int8(
            input: quantized.levels, input_stride: quantized.stride, input_scales: quantized.scales, rows: rows.count,
            groups: groups, panels: levels, scales: scales, sums: sums, bias: matrix.bias?.baseAddress,
            residual: rows.residual, output: rows.output, output_stride: rows.outputStride)
        kernels.multiply_int8(&product, range.lowerBound, range.upperBound)
        guard planes == 2 else { return }
        // First plane times the inputs' rest, then second plane times the inputs; rest times second plane would add
        // less than floats resolve.
        product.bias = nil
        product.residual = UnsafePointer(rows.output)
        product.input = UnsafePointer(quantized.rest)
        product.input_scales = UnsafePointer(quantized.restScales)
        kernels.multiply_int8(&product, range.lowerBound, range.upperBound)
        product.input = UnsafePointer(quantized.levels)
        product.input_scales = UnsafePointer(quantized.scales)
        product.panels = levels + matrix.paddedRows * groups * 4
        product.scales = scales + matrix.paddedRows
        product.sums = sums + matrix.paddedRows
        kernels.multiply_int8(&product, range.lowerBound, range.upperBound)
    }
}
