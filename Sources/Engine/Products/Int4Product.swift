import CTacitKernels
import TacitModelFile

/// Products of int4 matrices in one plane or two, which read rows as signed bytes and the sums of each 32 of them. With
/// two, what 8 bits leave of a row is read as well.
struct Int4Product: Product {
    let groupSize: Int
    let planes: Int
    let readsLevels = true

    func quantize(
        _ row: UnsafePointer<Float>, count: Int, into rows: QuantizedRows, at index: Int, _ kernels: tacit_kernels
    ) {
        let (start, sums) = (index * rows.stride, index * rows.blocks)
        let bytes = UnsafeMutableRawPointer(rows.levels + start).assumingMemoryBound(to: Int8.self)
        let scale = kernels.quantize_signed(row, count, bytes, rows.blockSums + sums)
        rows.scales[index] = scale
        guard planes == 2 else { return }
        // Narrow rows: a loop that every machine rounds alike will do.
        let rest = rows.restFloats + start
        for column in 0..<count { rest[column] = row[column] - (scale.offset + scale.step * Float(bytes[column])) }
        rows.restScales[index] = kernels.quantize_signed(
            rest, count, UnsafeMutableRawPointer(rows.rest + start).assumingMemoryBound(to: Int8.self),
            rows.restSums + sums)
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
            input_sum_stride: quantized.blocks, rows: rows.count, blocks: blocks, panels: levels, group_scales: groups,
            group_blocks: groupSize / Int4Panels.blockColumns, scales: scales, sums: sums,
            bias: matrix.bias?.baseAddress, residual: rows.residual, output: rows.output,
            output_stride: rows.outputStride)
        kernels.multiply_int4(&product, range.lowerBound, range.upperBound)
        guard planes == 2 else { return }
        // As with int8: first plane times the inputs' rest, then second plane times the inputs.
        product.bias = nil
        product.residual = UnsafePointer(rows.output)
        product.input = UnsafeRawPointer(quantized.rest).assumingMemoryBound(to: Int8.self)
        product.input_scales = UnsafePointer(quantized.restScales)
        product.input_sums = UnsafePointer(quantized.restSums)
        kernels.multiply_int4(&product, range.lowerBound, range.upperBound)
        product.input = UnsafeRawPointer(quantized.levels).assumingMemoryBound(to: Int8.self)
        product.input_scales = UnsafePointer(quantized.scales)
        product.input_sums = UnsafePointer(quantized.blockSums)
        product.panels = levels + matrix.paddedRows * blocks * Int4Panels.blockColumns / 2
        product.group_scales = groups + matrix.paddedRows * Int4Panels.groups(matrix.columns, groupSize: groupSize)
        product.scales = scales + matrix.paddedRows
        product.sums = sums + matrix.paddedRows
        kernels.multiply_int4(&product, range.lowerBound, range.upperBound)
    }
}
