/// Regularised least squares from vectors to one number a class, all classes by one factorisation (Rifkin, Yeo and
/// Poggio 2003, "Regularized Least-Squares Classification"), with what each would be had an example not been there.
package struct RidgeRegression {
    let width: Int
    let classes: Int
    private var square: SquareMatrix
    private var rowSum: [Double]
    private var weightSum = 0.0
    /// `[classes][width]`: rows times targets; then the solution.
    private var products: [Double]
    /// `[classes]`: targets; then their mean.
    private var targets: [Double]

    /// Share of the rows' mean square that is added to every direction.
    package static let regularisation = 0.3

    package init(width: Int, classes: Int) {
        self.width = width
        self.classes = classes
        square = SquareMatrix(size: width)
        rowSum = [Double](repeating: 0, count: width)
        products = [Double](repeating: 0, count: classes * width)
        targets = [Double](repeating: 0, count: classes)
    }

    /// - Parameters:
    ///   - row: `[width]`
    ///   - weight: how much it counts.
    ///   - wanted: the classes for which 1 is wanted, all different; 0 is wanted for all others.
    package mutating func add(_ row: ArraySlice<Float>, weight: Double, targets wanted: [Int]) {
        let values = row.map(Double.init)
        values.withUnsafeBufferPointer { square.add(outerProductOf: $0, weight: weight) }
        for (element, value) in values.enumerated() { rowSum[element] += weight * value }
        weightSum += weight
        for target in wanted {
            targets[target] += weight
            for (element, value) in values.enumerated() { products[target * width + element] += weight * value }
        }
    }

    /// Adds nothing at all, for which 0 is wanted.
    package mutating func addZero(weight: Double) { weightSum += weight }

    /// The mean of the rows.
    private var mean: [Double] { rowSum.map { $0 / weightSum } }

    /// What was found.
    package struct Solution {
        package let width: Int
        /// `[width]`
        package let mean: [Double]
        /// `[classes][width]`
        package let weights: [Double]
        /// `[classes]`: added to a weight vector's product with a row less the mean.
        package let offsets: [Double]
        fileprivate let factor: SquareMatrix
        fileprivate let weightSum: Double

        /// What it says of a vector: one number a class.
        package func values(_ row: [Double]) -> [Double] {
            offsets.indices.map { index in
                var sum = 0.0
                for element in 0..<width { sum += weights[index * width + element] * (row[element] - mean[element]) }
                return sum + offsets[index]
            }
        }

        /// How much of what it says of an example comes from that example itself, 0..<1.
        package func leverage(_ row: [Double]) -> Double {
            var centred = (0..<width).map { row[$0] - mean[$0] }
            let form = centred.withUnsafeMutableBufferPointer { factor.inverseForm($0) }
            return min(form + 1 / weightSum, 0.99)
        }
    }

    /// - Returns: nil where the rows are no numbers.
    package consuming func solved() -> Solution? {
        let mean = mean
        mean.withUnsafeBufferPointer { square.add(outerProductOf: $0, weight: -weightSum) }
        square.add(toDiagonal: max(Self.regularisation * square.trace / weightSum, 1e-9))
        guard square.factor() else { return nil }
        for index in 0..<classes {
            // Sum of w (y - mean y) (x - mean x) = sum of w y x - (sum of w y) mean x.
            for element in 0..<width { products[index * width + element] -= targets[index] * mean[element] }
            products.withUnsafeMutableBufferPointer {
                square.solve(UnsafeMutableBufferPointer(rebasing: $0[index * width..<(index + 1) * width]))
            }
        }
        return Solution(
            width: width, mean: mean, weights: products, offsets: targets.map { $0 / weightSum }, factor: square,
            weightSum: weightSum)
    }
}
