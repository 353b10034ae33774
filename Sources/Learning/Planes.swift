import TacitDiagnostics

/// One plane a learned or corrected label, all solved for at once, and where they leave the points they were solved by.
struct Planes {
    private let solution: RidgeRegression.Solution
    /// What is said of the points.
    let values: Values

    /// An example, or a point of the model's.
    private struct Point {
        let mean: [Double]
        /// The planes on whose side it belongs.
        var targets: [Int] = []
        var isBackground = false
        /// Whether the same is entered by another point.
        var isTwin = false
        /// The corrected label's plane, of where what truly is so lies.
        var truthOf: Int?
    }

    /// - Parameters:
    ///   - others: how many of the model's points of what else there is count, from the first on.
    ///   - places: the planes of corrected labels, which follow the learned labels'.
    ///   - said: labels of the model that are said of the background.
    ///   - count: planes.
    init(
        _ learned: LearnedLabels, _ base: TaughtBase, others: Int, places: [String: Int], said: Set<String>, count: Int
    ) throws {
        var rows = Rows(width: learned.model.width, planes: count)
        // What is one label's example and another's correction is entered once, as both: the correction by itself would
        // want 0 of the label whose example it is.
        var shared = SharedExamples(learned)
        for (index, label) in learned.labels.enumerated() {
            rows.add(label, plane: index) { shared.corrections(by: $0, of: label.name).compactMap { places[$0] } }
        }
        for (number, correction) in learned.corrections.enumerated() {
            let examples = shared.others(correction.examples, ofCorrection: number)
            rows.add(corrections: examples, plane: places[correction.name])
        }
        for example in learned.background {
            rows.add(example, targets: said.compactMap { places[$0] }.sorted(), isBackground: true)
        }
        rows.add(base, others: others, places: places)
        guard let solution = rows.regression.solved() else {
            throw TacitError(.badData, "the examples hold what is no number")
        }
        self.solution = solution
        values = Self.values(solution, rows.points, planes: count)
    }

    /// What the planes are solved by, and the points among it of which something is asked afterwards.
    private struct Rows {
        let width: Int
        var regression: RidgeRegression
        var points: [Point] = []

        init(width: Int, planes: Int) {
            self.width = width
            regression = RidgeRegression(width: width, classes: planes)
        }

        mutating func add(
            _ example: Example, targets: [Int], weight: Double = 1, isBackground: Bool = false, isTwin: Bool = false
        ) {
            let copies = example.rows.count / width
            guard copies > 0 else { return }
            for copy in 0..<(isTwin ? 0 : copies) {
                regression.add(
                    example.rows[copy * width..<(copy + 1) * width], weight: weight / Double(copies), targets: targets)
            }
            points.append(
                Point(
                    mean: Planes.mean(example.rows, width), targets: targets, isBackground: isBackground,
                    isTwin: isTwin))
        }

        /// - Parameter corrected: gives the planes of the corrections that an example is, too.
        mutating func add(_ label: LearnedLabels.Label, plane: Int, corrected: (Example) -> [Int]) {
            let twins = twins(in: label.examples)
            for (example, isTwin) in zip(label.examples, twins) {
                add(example, targets: [plane] + corrected(example), isTwin: isTwin)
            }
            for (example, isTwin) in zip(label.examples, twins) where !isTwin {
                for start in stride(from: 0, to: example.parts.count, by: width) {
                    regression.add(example.parts[start..<start + width], weight: Planes.partsWeight, targets: [])
                }
            }
        }

        /// - Parameter plane: of the model's label that they correct, nil where that is a learned one: then they are what
        ///   it is not, and count double.
        mutating func add(corrections: [Example], plane: Int?) {
            for (example, isTwin) in zip(corrections, twins(in: corrections)) {
                add(example, targets: plane.map { [$0] } ?? [], weight: plane == nil ? 2 : 1, isTwin: isTwin)
            }
        }

        /// What the model knows of itself: where its own labels lie, and all else.
        mutating func add(_ base: TaughtBase, others: Int, places: [String: Int]) {
            for (index, name) in base.labels.enumerated() where !base.prototypes.isEmpty {
                let row = base.prototypes[index * width..<(index + 1) * width]
                // What is truly so must go on being said.
                let plane = places[name]
                regression.add(row, weight: plane == nil ? 1 : 3, targets: [])
                points.append(Point(mean: row.map(Double.init), truthOf: plane))
            }
            for index in 0..<others {
                let row = base.others[index * width..<(index + 1) * width]
                regression.add(row, weight: 1, targets: [])
                points.append(Point(mean: row.map(Double.init)))
            }
            // Nothing at all is like no label, which is all that a first label has to stand apart from.
            regression.addZero(weight: 1)
        }

        /// What is taught twice is entered once, as it was taught last: of two one would vouch for the other where that is
        /// left out, and the label's threshold would lie so high that hardly anything else reached it.
        private func twins(in examples: [Example]) -> [Bool] {
            examples.indices.map { place in
                examples[(place + 1)...].contains { $0.isSame(as: examples[place], width: width) }
            }
        }
    }

    private static func mean(_ rows: [Float], _ width: Int) -> [Double] {
        let copies = rows.count / width
        return (0..<width).map { element in
            (0..<copies).reduce(0) { $0 + Double(rows[$1 * width + element]) } / Double(copies)
        }
    }

    /// What is said of the points, by each plane, of what belongs on its side as if that one had been left out.
    struct Values {
        /// What belongs on its side, each of two twins as well.
        var own: [[Double]]
        var others: [[Double]]
        /// The largest of the background that does not; minus infinity without any.
        var loudest: [Double]
        /// Where the label of the model that was corrected truly is so, if the model says where that lies.
        var truths: [Double?]
        /// `[planes]`: the mean of its own, of twins one.
        fileprivate(set) var typical: [Double] = []

        fileprivate init(planes: Int) {
            own = Array(repeating: [], count: planes)
            others = Array(repeating: [], count: planes)
            loudest = Array(repeating: -.infinity, count: planes)
            truths = Array(repeating: nil, count: planes)
        }
    }

    private static func values(_ solution: RidgeRegression.Solution, _ points: [Point], planes: Int) -> Values {
        var found = Values(planes: planes)
        var counts = [Int](repeating: 0, count: planes)
        for point in points where !point.isTwin { for target in point.targets { counts[target] += 1 } }
        var sums = [Double](repeating: 0, count: planes)
        for point in points {
            let values = solution.values(point.mean)
            let left = 1 - solution.leverage(point.mean)
            if let plane = point.truthOf { found.truths[plane] = values[plane] }
            for index in 0..<planes {
                if point.targets.contains(index) {
                    // Without a second example nothing says what it would be without the first.
                    let own = counts[index] > 1 ? 1 - (1 - values[index]) / left : loneShare * values[index]
                    found.own[index].append(own)
                    if !point.isTwin { sums[index] += own }
                } else if !point.isTwin {
                    let value = values[index] / left
                    found.others[index].append(value)
                    if point.isBackground { found.loudest[index] = max(found.loudest[index], value) }
                }
            }
        }
        found.typical = zip(sums, counts).map { $0 / Double(max($1, 1)) }
        return found
    }

    /// A plane's weights, and the bias with which it says 0 at a level.
    func plane(_ index: Int, level: Double, slope: Double) -> (weights: [Float], bias: Float) {
        let width = solution.width
        let weights = solution.weights[index * width..<(index + 1) * width]
        let product = zip(weights, solution.mean).reduce(0) { $0 + $1.0 * $1.1 }
        return (
            weights.map { Float($0 * slope) }, Float((solution.offsets[index] - product - level) * slope)
        )
    }

    /// How much a part of a sound counts as what the sound is not: chosen by words of Speech Commands in streams of
    /// other words, where from 0.03 to 0.3 are equally good.
    private static let partsWeight = 0.1

    /// What would be left of what is said of a label's only example, were it left out: assumed, since nothing tells it.
    private static let loneShare = 0.6
}
