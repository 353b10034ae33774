import TacitMeasures

/// Brings what an adapter does to a layer into its weight and bias, in double precision, rounded once.
enum AdapterFusion {
    /// Inputs on which the fused and the unfused layer are compared.
    private static let probes = 4

    struct Result {
        /// `[rows][columns]`.
        let weight: [Float]
        /// Largest difference between fused and unfused outputs on random input, relative to the largest output.
        let difference: Double
    }

    /// - Parameter weight: `[rows][columns]`.
    /// - Throws: `TacitError` where there is nothing to multiply with (``DenseProduct``).
    static func fuse(_ weight: [Double], _ change: ModuleChange, _ module: LinearModule) throws -> Result {
        let (rows, columns) = (module.rows, module.columns)
        var fused = weight
        var gains = [Double](repeating: 1, count: rows)
        if let lowRank = change.lowRank {
            try DenseProduct.add(
                lowRank.up, lowRank.down, scale: lowRank.scale, rows: rows, inner: lowRank.rank, columns: columns,
                to: &fused)
            if let magnitude = lowRank.magnitude {
                for row in 0..<rows {
                    let square = fused[row * columns..<(row + 1) * columns].reduce(0) { $0 + $1 * $1 }
                    gains[row] = magnitude[row] / square.squareRoot()
                }
            }
        }
        if let outputScale = change.outputScale { for row in 0..<rows { gains[row] *= outputScale[row] } }
        if gains.contains(where: { $0 != 1 }) {
            for row in 0..<rows {
                for column in 0..<columns { fused[row * columns + column] *= gains[row] }
            }
        }
        if let inputScale = change.inputScale {
            for row in 0..<rows {
                for column in 0..<columns { fused[row * columns + column] *= inputScale[column] }
            }
        }
        let rounded = fused.map { Float($0) }
        return Result(
            weight: rounded,
            difference: try difference(rounded, weight: weight, change: change, gains: gains, module: module))
    }

    /// A layer's bias with the adapter in it; nil if there is none.
    static func fuse(bias: [Double]?, _ change: ModuleChange, _ module: LinearModule) -> [Double]? {
        let own = change.lowRank?.bias
        guard bias != nil || own != nil else { return nil }
        var result = bias ?? [Double](repeating: 0, count: module.rows)
        if let own, let scale = change.lowRank?.scale { for row in result.indices { result[row] += scale * own[row] } }
        if let outputScale = change.outputScale { for row in result.indices { result[row] *= outputScale[row] } }
        return result
    }

    /// - Parameter gains: of each row, what the adapter multiplies outputs by.
    private static func difference(
        _ fused: [Float], weight: [Double], change: ModuleChange, gains: [Double], module: LinearModule
    ) throws -> Double {
        let input = SplitMix64.uniform(probes * module.columns)
        var scaled = input
        if let inputScale = change.inputScale {
            for index in scaled.indices { scaled[index] *= inputScale[index % module.columns] }
        }
        var unfused = [Double](repeating: 0, count: probes * module.rows)
        // input * weight', then (input * down') * up'.
        try DenseProduct.add(
            scaled, weight, scale: 1, rows: probes, inner: module.columns, columns: module.rows,
            rightIsTransposed: true, to: &unfused)
        if let lowRank = change.lowRank {
            var inner = [Double](repeating: 0, count: probes * lowRank.rank)
            try DenseProduct.add(
                input, lowRank.down, scale: 1, rows: probes, inner: module.columns, columns: lowRank.rank,
                rightIsTransposed: true, to: &inner)
            try DenseProduct.add(
                inner, lowRank.up, scale: lowRank.scale, rows: probes, inner: lowRank.rank, columns: module.rows,
                rightIsTransposed: true, to: &unfused)
        }
        for index in unfused.indices { unfused[index] *= gains[index % module.rows] }
        var together = [Double](repeating: 0, count: probes * module.rows)
        try DenseProduct.add(
            input, fused.map(Double.init), scale: 1, rows: probes, inner: module.columns, columns: module.rows,
            rightIsTransposed: true, to: &together)
        let largest = unfused.reduce(0) { max($0, abs($1)) }
        let difference = zip(unfused, together).reduce(0) { max($0, abs($1.0 - $1.1)) }
        return largest > 0 ? difference / largest : difference
    }
}
