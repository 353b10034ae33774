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
        let places = Dictionary(zip(corrected, names.count...)) { first, _ in first }
        func planes(others: Int) throws -> Planes {
            try Planes(learned, base, others: others, places: places, said: said, count: classes)
        }
        let others = base.others.count / width
        let taught = names.isEmpty ? nil : try planes(others: others)
        if let taught { set(0..<names.count, by: taught) }
        guard !corrected.isEmpty else { return }
        // Where all points count for both, one solution serves both.
        let judged = base.taughtOthers == 0 ? taught : nil
        setCorrected(names.count..<classes, by: try judged ?? planes(others: others - base.taughtOthers))
    }

    private mutating func set(_ learned: Range<Int>, by planes: Planes) {
        let values = planes.values
        let levels = Self.thresholds(learned, values)
        // How sure a learned label is does not hang on what was corrected.
        let slope = Self.slope(learned, values, levels)
        for index in learned {
            append(planes.plane(index, level: levels[index], slope: slope))
            likeness.append(values.own[index].map { Float(($0 - levels[index]) * slope) })
        }
    }

    private mutating func setCorrected(_ corrected: Range<Int>, by planes: Planes) {
        let values = planes.values
        for (index, threshold) in zip(corrected, Self.thresholds(corrected, values)) {
            // Where the model does not say where its labels lie, what else there is must do.
            let level = values.truths[index].map { truth in
                truth + Self.truthsShare * max(values.typical[index] - truth, 0)
            }
            let one = index..<index + 1
            append(
                planes.plane(
                    index, level: level ?? threshold, slope: Self.slope(one, values, [level ?? threshold])))
        }
    }

    private mutating func append(_ plane: (weights: [Float], bias: Float)) {
        weights += plane.weights
        biases.append(plane.bias)
    }

    /// Of each of these planes.
    private static func thresholds(_ range: Range<Int>, _ values: Planes.Values) -> [Double] {
        let middles = range.map { 0.5 * (values.typical[$0] + nearlyLargest(values.others[$0])) }
        let shared = middles.reduce(0, +) / Double(range.count)
        return zip(range, middles).map { index, middle in
            let threshold = 0.5 * (middle + shared)
            guard values.loudest[index].isFinite else { return threshold }
            let room = max(values.typical[index] - values.loudest[index], 0)
            return max(threshold, values.loudest[index] + backgroundsMargin * room)
        }
    }

    /// One for all of these planes.
    private static func slope(_ range: Range<Int>, _ values: Planes.Values, _ levels: [Double]) -> Double {
        let distances = zip(range, levels).reduce(0) { $0 + values.typical[$1.0] - $1.1 }
        return typicalLogit / max(distances / Double(range.count), leastDistance)
    }

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
