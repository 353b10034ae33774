import TacitDiagnostics

/// What was computed from examples: a plane a learned label, on whose one side lies what is like it, and one a label of the
/// model that was corrected, on whose one side lies what it should not have been said of.
package struct Classifiers: Equatable, Sendable {
    package let width: Int
    /// Labels of the model that were corrected, by name, in the order of their planes, which follow the learned labels'.
    package var corrected: [String] = []
    /// `[learned + corrected][width]`
    package var weights: [Float] = []
    /// `[learned + corrected]`
    package var biases: [Float] = []
    /// `[learned]`: what an example says of its own label when it is left out, less what the label needs: below 0 it is
    /// unlike the others. One list a label.
    package var likeness: [[Float]] = []

    init(width: Int) { self.width = width }

    /// Over all labels' examples at once.
    ///
    /// Each label's threshold lies between what its examples say of it when they are left out and what all else says of
    /// it; half of it is the label's own and half the mean of all, since a few examples tell little; and it lies above all
    /// of the background. One slope for all keeps labels comparable.
    init(of learned: LearnedLabels, _ base: TaughtBase) throws {
        width = learned.model.width
        let names = learned.labels.map(\.name)
        let corrections = learned.corrections.filter { base.labels.contains($0.name) }
        corrected = corrections.map(\.name)
        let classes = names.count + corrections.count
        guard classes > 0 else { return }

        var regression = RidgeRegression(width: width, classes: classes)
        var examples: [(mean: [Double], target: Int?, isBackground: Bool)] = []
        func take(_ list: [Example], target: Int?, weight: Double = 1, isBackground: Bool = false) {
            for example in list {
                let copies = example.rows.count / width
                guard copies > 0 else { continue }
                for copy in 0..<copies {
                    regression.add(
                        example.rows[copy * width..<(copy + 1) * width], weight: weight / Double(copies), target: target)
                }
                examples.append((Self.mean(example.rows, width), target, isBackground))
            }
        }
        for (index, label) in learned.labels.enumerated() { take(label.examples, target: index) }
        for correction in learned.corrections {
            // Of a learned label they are what it is not, and count double; of the model's, what another plane finds.
            let index = corrected.firstIndex(of: correction.name).map { names.count + $0 }
            take(correction.examples, target: index, weight: index == nil ? 2 : 1)
        }
        take(learned.background, target: nil, isBackground: true)
        for (index, name) in base.labels.enumerated() where !base.prototypes.isEmpty {
            let row = base.prototypes[index * width..<(index + 1) * width]
            // What is truly so must go on being said.
            regression.add(row, weight: corrected.contains(name) ? 3 : 1, target: nil)
            examples.append((row.map(Double.init), nil, false))
        }
        for start in stride(from: 0, to: base.others.count, by: width) {
            let row = base.others[start..<start + width]
            regression.add(row, weight: 1, target: nil)
            examples.append((row.map(Double.init), nil, false))
        }
        // Nothing at all is like no label, which is all that a first label has to stand apart from.
        regression.addZero(weight: 1)
        guard let solution = regression.solved() else {
            throw TacitError(.badData, "the examples hold what is no number")
        }
        set(solution, examples, learned: names.count, classes: classes)
    }

    private static func mean(_ rows: [Float], _ width: Int) -> [Double] {
        let copies = rows.count / width
        return (0..<width).map { element in
            (0..<copies).reduce(0) { $0 + Double(rows[$1 * width + element]) } / Double(copies)
        }
    }

    private mutating func set(
        _ solution: RidgeRegression.Solution, _ examples: [(mean: [Double], target: Int?, isBackground: Bool)],
        learned: Int, classes: Int
    ) {
        var own = [[Double]](repeating: [], count: classes)
        var others = [[Double]](repeating: [], count: classes)
        var loudest = [Double](repeating: -.infinity, count: classes)
        var counts = [Int](repeating: 0, count: classes)
        for example in examples { if let target = example.target { counts[target] += 1 } }
        for example in examples {
            let values = solution.values(example.mean)
            let left = 1 - solution.leverage(example.mean)
            for index in 0..<classes {
                if example.target == index {
                    // Without a second example nothing says what it would be without the first.
                    own[index].append(counts[index] > 1 ? 1 - (1 - values[index]) / left : 0.6 * values[index])
                } else {
                    let value = values[index] / left
                    others[index].append(value)
                    if example.isBackground { loudest[index] = max(loudest[index], value) }
                }
            }
        }
        let typical = own.map { $0.reduce(0, +) / Double(max($0.count, 1)) }
        let middles = (0..<classes).map { 0.5 * (typical[$0] + Self.nearlyLargest(others[$0])) }
        func thresholds(_ range: Range<Int>) -> [Double] {
            guard !range.isEmpty else { return [] }
            let shared = range.reduce(0) { $0 + middles[$1] } / Double(range.count)
            return range.map { index in
                let threshold = 0.5 * (middles[index] + shared)
                guard loudest[index].isFinite else { return threshold }
                let room = max(typical[index] - loudest[index], 0)
                return max(threshold, loudest[index] + 0.15 * room)
            }
        }
        let levels = thresholds(0..<learned) + thresholds(learned..<classes)
        let reach = (0..<classes).reduce(0) { $0 + typical[$1] - levels[$1] } / Double(classes)
        let slope = 3 / max(reach, 0.05)
        weights = solution.weights.map { Float($0 * slope) }
        biases = (0..<classes).map { index in
            var product = 0.0
            for element in 0..<width { product += solution.weights[index * width + element] * solution.mean[element] }
            return Float((solution.offsets[index] - product - levels[index]) * slope)
        }
        likeness = (0..<learned).map { index in own[index].map { Float(($0 - levels[index]) * slope) } }
    }

    /// All but one in fifty are at most so large.
    private static func nearlyLargest(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return 0 }
        return values.sorted()[values.count - 1 - values.count / 50]
    }
}
