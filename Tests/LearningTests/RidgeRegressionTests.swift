import TacitLearning
import TacitTestSupport
import Testing

/// Against the normal equations, solved by elimination over all examples one by one.
@Suite struct RidgeRegressionTests {
    private struct Row {
        var values: [Float]
        var weight: Double
        var target: Int?
    }

    private static func rows(_ count: Int, width: Int, classes: Int, weights: [Double], seed: UInt64) -> [Row] {
        var random = RandomNumbers(seed: seed)
        return (0..<count).map { index in
            Row(
                values: (0..<width).map { _ in Float.random(in: -1...1, using: &random) },
                weight: weights[index % weights.count],
                target: index % (classes + 1) == classes ? nil : index % (classes + 1))
        }
    }

    private static func regression(_ rows: [Row], width: Int, classes: Int) -> RidgeRegression {
        var regression = RidgeRegression(width: width, classes: classes)
        for row in rows { regression.add(row.values[...], weight: row.weight, targets: [row.target].compactMap { $0 }) }
        return regression
    }

    /// By Gauss's elimination with the largest pivot.
    private static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
        var a = zip(matrix, right).map { $0 + [$1] }
        let count = a.count
        for column in 0..<count {
            let pivot = (column..<count).max { abs(a[$0][column]) < abs(a[$1][column]) } ?? column
            a.swapAt(column, pivot)
            for row in 0..<count where row != column {
                let factor = a[row][column] / a[column][column]
                for index in column...count { a[row][index] -= factor * a[column][index] }
            }
        }
        return (0..<count).map { a[$0][count] / a[$0][$0] }
    }

    /// The value for a class at a point, with a penalty on the weights and none on the constant.
    private static func reference(_ rows: [Row], width: Int, target: Int, penalty: Double, at point: [Float]) -> Double
    {
        // The constant is one more element that is 1 everywhere.
        var matrix = [[Double]](repeating: [Double](repeating: 0, count: width + 1), count: width + 1)
        var right = [Double](repeating: 0, count: width + 1)
        for row in rows {
            let values: [Double] = row.values.map { Double($0) } + [1]
            for i in 0...width {
                for j in 0...width { matrix[i][j] += row.weight * values[i] * values[j] }
                if row.target == target { right[i] += row.weight * values[i] }
            }
        }
        for index in 0..<width { matrix[index][index] += penalty }
        let solution = solve(matrix, right)
        return zip(point, solution).reduce(solution[width]) { $0 + Double($1.0) * $1.1 }
    }

    /// Share of the mean square about the mean.
    private static func penalty(_ rows: [Row], width: Int) -> Double {
        let total = rows.reduce(0) { $0 + $1.weight }
        var square = 0.0
        for element in 0..<width {
            let mean = rows.reduce(0) { $0 + $1.weight * Double($1.values[element]) } / total
            square += rows.reduce(0) { sum, row in
                let difference = Double(row.values[element]) - mean
                return sum + row.weight * difference * difference
            }
        }
        return RidgeRegression.regularisation * square / total
    }

    @Test(arguments: [(40, 7, 3), (5, 9, 2), (60, 13, 1), (3, 1, 1)] as [(Int, Int, Int)])
    func agreesWithTheNormalEquations(count: Int, width: Int, classes: Int) throws {
        let rows = Self.rows(count, width: width, classes: classes, weights: [1, 0.25, 2], seed: 1)
        let solution = try #require(Self.regression(rows, width: width, classes: classes).solved())
        let penalty = Self.penalty(rows, width: width)
        for row in rows {
            let values = solution.values(row.values.map(Double.init))
            for target in 0..<classes {
                let expected = Self.reference(rows, width: width, target: target, penalty: penalty, at: row.values)
                #expect(abs(values[target] - expected) < 1e-9)
            }
        }
    }

    /// What would be said of an example had it not been there, by the shortcut and by leaving it out.
    @Test func leavesOneOut() throws {
        let (width, classes) = (6, 2)
        let rows = Self.rows(25, width: width, classes: classes, weights: [1], seed: 2)
        let solution = try #require(Self.regression(rows, width: width, classes: classes).solved())
        let penalty = Self.penalty(rows, width: width)
        for (index, row) in rows.enumerated() {
            var others = rows
            others.remove(at: index)
            let point = row.values.map(Double.init)
            let values = solution.values(point)
            for target in 0..<classes {
                let truth = row.target == target ? 1.0 : 0
                let expected = Self.reference(others, width: width, target: target, penalty: penalty, at: row.values)
                let found = truth - (truth - values[target]) / (1 - solution.leverage(point))
                #expect(abs(found - expected) < 1e-9)
            }
        }
    }

    @Test func nothingAtAllIsAnExampleOfNothing() throws {
        let rows = Self.rows(12, width: 4, classes: 1, weights: [1], seed: 3)
        var regression = Self.regression(rows, width: 4, classes: 1)
        regression.addZero(weight: 3)
        let zeros = Row(values: [0, 0, 0, 0], weight: 3, target: nil)
        let same = Self.regression(rows + [zeros], width: 4, classes: 1)
        let (found, expected) = (try #require(regression.solved()), try #require(same.solved()))
        for row in rows {
            let point = row.values.map(Double.init)
            #expect(abs(found.values(point)[0] - expected.values(point)[0]) < 1e-12)
        }
    }

    @Test(arguments: [Float.nan, .infinity])
    func whatIsNoNumberHasNoSolution(value: Float) {
        var regression = RidgeRegression(width: 2, classes: 1)
        regression.add([0.5, 1], weight: 1, targets: [0])
        regression.add([value, 1], weight: 1, targets: [])
        #expect(regression.solved() == nil)
    }
}
