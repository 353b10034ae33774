import CTacitKernels
import TacitModelFile

/// Products of int4 matrices in one plane or two, which read rows as signed bytes and the sums of each 32 of them.
struct Int4Product: Product {
    let groupSize: Int
    let planes: Int
    let readsLevels = true

    func quantize(
        _ row: UnsafePointer<Float>, count: Int, into rows: QuantizedRows, at index: Int, _ kernels: tacit_kernels
    ) {
        let bytes = UnsafeMutableRawPointer(rows.levels + index * rows.stride)
        rows.scales[index] = kernels.quantize_signed(
            row, count, bytes.assumingMemoryBound(to: Int8.self), rows.blockSums + index * rows.blocks)
    }

    func multiply(
        _ matrix: MatrixView, _ rows: ProductRows, tiles range: Range<Int>, _ kernels: tacit_kernels
    ) {
        guard let panels = matrix.panels.baseAddress, let quantized = rows.quantized,
            let scales = matrix.scales?.baseAddress, let sums = matrix.sums?.baseAddress,
            let groups = matrix.groupScales?.baseAddress
        else { return }
        let blocks = Int4Panels.paddedColumns(matrix.columns) / Int4Panels.blockColumns
        let levels = panels.assumingMemoryBound(to: UInt8.self)
        var product = tacit_product_int4(
            input: UnsafeRawPointer(quantized.levels).assumingMemoryBound(to: Int8.self),
            input_stride: quantized.stride, input_scales: quantized.scales, input_sums: quantized.blockSums,
            input_sum_stride: quantized.blocks, rows: rows.count,
            blocks: blocks, panels: levels, group_scales: groups,
            group_blocks: groupSize / Int4Panels.blockColumns, scales: scales, sums: sums,
            bias: matrix.bias?.baseAddress, residual: rows.residual, output: rows.output,
            output_stride: rows.outputStride)
        kernels.multiply_int4(&product, range.lowerBound, range.upperBound)
        guard planes == 2 else { return }
        product.bias = nil
        product.residual = UnsafePointer(rows.output)
        product.panels = levels + matrix.paddedRows * blocks * Int4Panels.blockColumns / 2
        product.group_scales = groups + matrix.paddedRows * Int4Panels.groups(matrix.columns, groupSize: groupSize)
        product.scales = scales + matrix.paddedRows
        product.sums = sums + matrix.paddedRows
        kernels.multiply_int4(&product, range.lowerBound, range.upperBound)
    }
}
