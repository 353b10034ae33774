import CTacitKernels
import TacitModelFile

/// Where a matrix product's rows come from and go to.
struct ProductRows {
    /// Input rows as floats; read by matrices of floats.
    var input: UnsafePointer<Float>
    var inputStride: Int
    /// The same rows in 8 bits, for the matrices that read these.
    var quantized: QuantizedRows?
    /// Rows of whole tiles.
    var output: UnsafeMutablePointer<Float>
    var outputStride: Int
    /// Whether the output's own rows are added to (the residual stream).
    var accumulates = false
    var count: Int

    /// What is added to the output.
    var residual: UnsafePointer<Float>? { accumulates ? UnsafePointer(output) : nil }
}

/// The arithmetic of an encoding: what it makes of the rows that it is multiplied by, and the product.
protocol Product: Sendable {
    /// Whether it reads rows in 8 bits, which `quantize` makes.
    var readsLevels: Bool { get }

    /// Makes one row of a product's input ready, at `index` of `rows`.
    func quantize(
        _ row: UnsafePointer<Float>, count: Int, into rows: QuantizedRows, at index: Int, _ kernels: tacit_kernels)

    /// `output[r] = W input[r] + bias (+ output[r])` for the tiles of `range`, which is not empty; nor are the rows.
    func multiply(
        _ matrix: MatrixView, _ rows: ProductRows, tiles range: Range<Int>, _ kernels: tacit_kernels)
}

extension MatrixEncoding {
    /// What multiplies by a matrix of this encoding.
    var product: any Product {
        switch self {
        case .float32: FloatProduct(isHalf: false)
        case .float16: FloatProduct(isHalf: true)
        case .int8: Int8Product(planes: 1)
        case .int8TwoPlanes: Int8Product(planes: 2)
        case .int8Groups: Int8GroupProduct()
        case .int4(let groupSize): Int4Product(groupSize: groupSize, planes: 1)
        case .int4TwoPlanes(let groupSize): Int4Product(groupSize: groupSize, planes: 2)
        }
    }
}

/// A matrix and what multiplies by it.
struct BoundMatrix: Sendable {
    let view: MatrixView
    let product: any Product
    let readsLevels: Bool

    init(_ view: MatrixView) {
        self.view = view
        product = view.encoding.product
        readsLevels = product.readsLevels
    }

    var rows: Int { view.rows }
    var tiles: Int { view.tiles }
    var paddedRows: Int { view.paddedRows }

    func quantize(_ row: UnsafePointer<Float>, into rows: QuantizedRows, at index: Int, _ kernels: tacit_kernels) {
        product.quantize(row, count: view.columns, into: rows, at: index, kernels)
    }

    /// `output[r] = W input[r] + bias (+ output[r])` for the tiles of `range`.
    func multiply(_ rows: ProductRows, tiles range: Range<Int>, _ kernels: tacit_kernels) {
        guard !range.isEmpty, rows.count > 0 else { return }
        product.multiply(view, rows, tiles: range, kernels)
    }
}
