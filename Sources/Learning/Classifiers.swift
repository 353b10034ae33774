import TacitDiagnostics

/// What was computed from examples: a plane a learned label, on whose one side lies what is like it, and one a label of
/// the model that was corrected, on whose one side lies what it should not have been said of.
package struct Classifiers: Equatable, Sendable {
    package let width: Int
    /// Labels of the model that were corrected, by name, in the order of their planes, which follow the learned
    /// labels'.
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
    /// Each learned label's threshold lies between what its examples say of it when they are left out and what all else
    /// says of it; half of it is the label's own and half the mean of all, since a few examples tell little; and it
    /// lies above all of the background. One slope for all of them keeps them comparable.
    ///
    /// What the model says of some of the background counts as corrected by all of it: what is said of one moment of it
    /// and not of the next would be neither.
    ///
    /// A corrected label of the model is lowered where something else is heard, whatever that is: only what truly is so
    /// must go on being said. So its threshold lies between where that lies and the corrections, where the model says
    /// the former.
    init(of learned: LearnedLabels, _ base: TaughtBase) throws {
        width = learned.model.width
        let names = learned.labels.map(\.name)
        let said = Set(learned.background.flatMap(\.said))
        corrected = learned.corrections.map(\.name).filter(base.labels.contains)
        corrected += base.labels.filter { said.contains($0) && !corrected.contains($0) }
        guard corrected.count <= LearningLimits.labels else {
            throw TacitError(
                .usage,
                "\(corrected.count) labels of the model are corrected or said of the background, expected at most "
                    + "\(LearningLimits.labels)")
        }
        let classes = names.count + corrected.count
        guard classes > 0 else { return }

        var regression = RidgeRegression(width: width, classes: classes)
        var examples: [Point] = []
        let places = Dictionary(zip(corrected, names.count...)) { first, _ in first }
        func take(_ list: [Example], targets: [Int], weight: Double = 1, isBackground: Bool = false) {
            for example in list {
                let copies = example.rows.count / width
                guard copies > 0 else { continue }
                for copy in 0..<copies {
                    regression.add(
                        example.rows[copy * width..<(copy + 1) * width], weight: weight / Double(copies),
                        targets: targets)
                }
                examples.append(
                    Point(mean: Self.mean(example.rows, width), targets: targets, isBackground: isBackground))
            }
        }
        // What is one label's example and another's correction is entered once, as both: the correction by itself would
        // want 0 of the label whose example it is.
        var shared = SharedExamples(learned)
        for (index, label) in learned.labels.enumerated() {
            for example in label.examples {
                let corrected = shared.corrections(by: example, of: label.name)
                take([example], targets: [index] + corrected.compactMap { places[$0] })
            }
            for example in label.examples {
                for start in stride(from: 0, to: example.parts.count, by: width) {
                    regression.add(example.parts[start..<start + width], weight: Self.partsWeight, targets: [])
                }
            }
        }
        for (number, correction) in learned.corrections.enumerated() {
            // Of a learned label they are what it is not, and count double; of the model's, what another plane finds.
            let index = places[correction.name]
            take(
                shared.others(correction.examples, ofCorrection: number), targets: [index].compactMap { $0 },
                weight: index == nil ? 2 : 1)
        }
        take(learned.background, targets: said.compactMap { places[$0] }.sorted(), isBackground: true)
        for (index, name) in base.labels.enumerated() where !base.prototypes.isEmpty {
            let row = base.prototypes[index * width..<(index + 1) * width]
            // What is truly so must go on being said.
            let plane = places[name]
            regression.add(row, weight: plane == nil ? 1 : 3, targets: [])
            examples.append(Point(mean: row.map(Double.init), truthOf: plane))
        }
        for start in stride(from: 0, to: base.others.count, by: width) {
            let row = base.others[start..<start + width]
            regression.add(row, weight: 1, targets: [])
            examples.append(Point(mean: row.map(Double.init)))
        }
        // Nothing at all is like no label, which is all that a first label has to stand apart from.
        regression.addZero(weight: 1)
        guard let solution = regression.solved() else {
            throw TacitError(.badData, "the examples hold what is no number")
        }
        set(solution, examples, learned: names.count, classes: classes)
    }

    /// An example, or a point of the model's.
    private struct Point {
        let mean: [Double]
        /// The planes on whose side it belongs.
        var targets: [Int] = []
        var isBackground = false
        /// The corrected label's plane, of where what truly is so lies.
        var truthOf: Int?
    }

    private static func mean(_ rows: [Float], _ width: Int) -> [Double] {
        let copies = rows.count / width
        return (0..<width).map { element in
            (0..<copies).reduce(0) { $0 + Double(rows[$1 * width + element]) } / Double(copies)
        }
    }

    private mutating func set(
        _ solution: RidgeRegression.Solution, _ examples: [Point], learned: Int, classes: Int
    ) {
        var own = [[Double]](repeating: [], count: classes)
        var others = [[Double]](repeating: [], count: classes)
        var loudest = [Double](repeating: -.infinity, count: classes)
        var truths = [Double?](repeating: nil, count: classes)
        var counts = [Int](repeating: 0, count: classes)
        for example in examples { for target in example.targets { counts[target] += 1 } }
        for example in examples {
            let values = solution.values(example.mean)
            let left = 1 - solution.leverage(example.mean)
            if let plane = example.truthOf { truths[plane] = values[plane] }
            for index in 0..<classes {
                if example.targets.contains(index) {
                    // Without a second example nothing says what it would be without the first.
                    own[index].append(
                        counts[index] > 1 ? 1 - (1 - values[index]) / left : Self.loneShare * values[index])
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
                return max(threshold, loudest[index] + Self.backgroundsMargin * room)
            }
        }
        var levels = thresholds(0..<learned) + thresholds(learned..<classes)
        // Where the model does not say where its labels lie, what else there is must do.
        for index in learned..<classes {
            guard let truth = truths[index] else { continue }
            levels[index] = truth + Self.truthsShare * max(typical[index] - truth, 0)
        }
        func slope(_ range: Range<Int>) -> Double {
            Self.typicalLogit
                / max(
                    range.reduce(0) { $0 + typical[$1] - levels[$1] } / Double(max(range.count, 1)),
                    Self.leastDistance)
        }
        // How sure a learned label is does not hang on what was corrected.
        let shared = slope(0..<learned)
        let slopes = (0..<classes).map { $0 < learned ? shared : slope($0..<$0 + 1) }
        weights = solution.weights.indices.map { Float(solution.weights[$0] * slopes[$0 / width]) }
        biases = (0..<classes).map { index in
            var product = 0.0
            for element in 0..<width { product += solution.weights[index * width + element] * solution.mean[element] }
            return Float((solution.offsets[index] - product - levels[index]) * slopes[index])
        }
        likeness = (0..<learned).map { index in own[index].map { Float(($0 - levels[index]) * shared) } }
    }

    /// How much a part of a sound counts as what the sound is not: chosen by words of Speech Commands in streams of
    /// other words, where from 0.03 to 0.3 are equally good.
    private static let partsWeight = 0.1

    /// What would be left of what is said of a label's only example, were it left out: assumed, since nothing tells it.
    private static let loneShare = 0.6

    /// How much of the way from the background to a label's examples a threshold keeps from the background at least.
    private static let backgroundsMargin = 0.15

    /// The logit of a typical example, whose score is 0.95 so.
    private static let typicalLogit = 3.0

    /// The least distance between a typical example and its threshold that slopes are made of, in what the regression
    /// says (1 of a label's own examples, 0 of all else): where examples hardly stand out, noise would decide.
    private static let leastDistance = 0.05

    /// How much of the way from where a corrected label's truth lies to its corrections is the truth's: chosen by
    /// corrections of other labels, in other speech, than its figures are of.
    private static let truthsShare = 0.25

    /// All but one in fifty are at most so large.
    private static func nearlyLargest(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return 0 }
        return values.sorted()[values.count - 1 - values.count / 50]
    }
}
