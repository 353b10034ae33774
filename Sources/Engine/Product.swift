import CTacitKernels
import TacitModelFile

/// Where a matrix product's rows come from and go to.
struct ProductRows {
    /// Input rows as floats; read by float32 matrices.
    var input: UnsafePointer<Float>
    var inputStride: Int
    /// Input rows in 8 bits and what these stand for; read by int8 matrices.
    var quantized: UnsafePointer<UInt8>?
    var quantizedStride = 0
    var scales: UnsafePointer<tacit_row_scale>?
    /// Sums of each 32 of them (see `tacit_block_sums`), `quantizedStride / 32` a row; read, with the bytes as signed
    /// ones, by int4 matrices.
    var blockSums: UnsafePointer<tacit_block_sums>?
    /// What that left of them; read by matrices of two planes.
    var rest: UnsafePointer<UInt8>?
    var restScales: UnsafePointer<tacit_row_scale>?
    /// Rows of whole tiles.
    var output: UnsafeMutablePointer<Float>
    var outputStride: Int
    /// Whether the output's own rows are added to (the residual stream).
    var accumulates = false
    var count: Int
}

extension MatrixView {
    /// `output[r] = W input[r] + bias (+ output[r])` for the tiles of `range`.
    func multiply(_ rows: ProductRows, tiles range: Range<Int>, _ kernels: tacit_kernels) {
        guard !range.isEmpty, rows.count > 0, let panels = panels.baseAddress else { return }
        let residual = rows.accumulates ? UnsafePointer(rows.output) : nil
        switch encoding {
        case .float32:
            var product = tacit_product_float32(
                input: rows.input, input_stride: rows.inputStride, rows: rows.count, columns: columns,
                panels: panels.assumingMemoryBound(to: Float.self), bias: bias?.baseAddress, residual: residual,
                output: rows.output, output_stride: rows.outputStride)
            kernels.multiply_float32(&product, range.lowerBound, range.upperBound)
        case .int8, .int8TwoPlanes:
            guard let quantized = rows.quantized, let inputScales = rows.scales,
                let scales = scales?.baseAddress, let sums = sums?.baseAddress
            else { return }
            let groups = Int8Panels.paddedColumns(columns) / 4
            let levels = panels.assumingMemoryBound(to: Int8.self)
            var product = tacit_product_int8(
                input: quantized, input_stride: rows.quantizedStride, input_scales: inputScales, rows: rows.count,
                groups: groups, panels: levels, scales: scales, sums: sums, bias: bias?.baseAddress,
                residual: residual, output: rows.output, output_stride: rows.outputStride)
            kernels.multiply_int8(&product, range.lowerBound, range.upperBound)
            guard encoding == .int8TwoPlanes, let rest = rows.rest, let restScales = rows.restScales else { return }
            // First plane times the inputs' rest, then second plane times the inputs; rest times second plane would
            // add less than floats resolve.
            product.bias = nil
            product.residual = UnsafePointer(rows.output)
            product.input = rest
            product.input_scales = restScales
            kernels.multiply_int8(&product, range.lowerBound, range.upperBound)
            product.input = quantized
            product.input_scales = inputScales
            product.panels = levels + paddedRows * groups * 4
            product.scales = scales + paddedRows
            product.sums = sums + paddedRows
            kernels.multiply_int8(&product, range.lowerBound, range.upperBound)
        case .int4(let groupSize):
            guard let quantized = rows.quantized, let inputScales = rows.scales, let blockSums = rows.blockSums,
                let scales = scales?.baseAddress, let sums = sums?.baseAddress, let groups = groupScales?.baseAddress
            else { return }
            var product = tacit_product_int4(
                input: UnsafeRawPointer(quantized).assumingMemoryBound(to: Int8.self),
                input_stride: rows.quantizedStride, input_scales: inputScales, input_sums: blockSums,
                input_sum_stride: rows.quantizedStride / Int4Panels.blockColumns, rows: rows.count,
                blocks: Int4Panels.paddedColumns(columns) / Int4Panels.blockColumns,
                panels: panels.assumingMemoryBound(to: UInt8.self), group_scales: groups,
                group_blocks: groupSize / Int4Panels.blockColumns, scales: scales, sums: sums,
                bias: bias?.baseAddress, residual: residual, output: rows.output, output_stride: rows.outputStride)
            kernels.multiply_int4(&product, range.lowerBound, range.upperBound)
        }
    }
}
