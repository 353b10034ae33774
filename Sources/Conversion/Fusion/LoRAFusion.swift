/// Brings an adapter's low-rank change into the weight it sits on (Hu et al. 2021, LoRA, section 4.1):
/// `W + scale * up * down`, in double precision, rounded once.
enum LoRAFusion {
    /// Inputs on which the fused and the unfused layer are compared.
    private static let probes = 4

    struct Result {
        /// `[rows][columns]`.
        let weight: [Float]
        /// Largest difference between fused and unfused outputs on random input, relative to the largest output.
        let difference: Double
    }

    /// - Parameter weight: `[rows][columns]`.
    static func fuse(_ weight: [Double], _ factors: LoRAAdapter.Factors, _ module: LinearModule) -> Result {
        var fused = weight
        DenseProduct.add(
            factors.up, factors.down, scale: factors.scale, rows: module.rows, inner: factors.rank,
            columns: module.columns, to: &fused)
        let rounded = fused.map { Float($0) }
        return Result(
            weight: rounded, difference: difference(rounded, weight: weight, factors: factors, module: module))
    }

    private static func difference(
        _ fused: [Float], weight: [Double], factors: LoRAAdapter.Factors, module: LinearModule
    ) -> Double {
        let input = RandomNumbers.uniform(probes * module.columns)
        var unfused = [Double](repeating: 0, count: probes * module.rows)
        // input * weight', then (input * down') * up'.
        DenseProduct.add(
            input, weight, scale: 1, rows: probes, inner: module.columns, columns: module.rows,
            rightIsTransposed: true, to: &unfused)
        var inner = [Double](repeating: 0, count: probes * factors.rank)
        DenseProduct.add(
            input, factors.down, scale: 1, rows: probes, inner: module.columns, columns: factors.rank,
            rightIsTransposed: true, to: &inner)
        DenseProduct.add(
            inner, factors.up, scale: factors.scale, rows: probes, inner: factors.rank, columns: module.rows,
            rightIsTransposed: true, to: &unfused)
        var together = [Double](repeating: 0, count: probes * module.rows)
        DenseProduct.add(
            input, fused.map(Double.init), scale: 1, rows: probes, inner: module.columns, columns: module.rows,
            rightIsTransposed: true, to: &together)
        let largest = unfused.reduce(0) { max($0, abs($1)) }
        let difference = zip(unfused, together).reduce(0) { max($0, abs($1.0 - $1.1)) }
        return largest > 0 ? difference / largest : difference
    }
}
