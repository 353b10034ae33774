/// How far vectors are from what they should be, each as `|x - exact| / |exact|`.
package struct RelativeError: Equatable, Sendable {
    /// Of all of them.
    package var mean: Double
    /// The largest.
    package var worst: Double

    package init(mean: Double, worst: Double) {
        self.mean = mean
        self.worst = worst
    }
}

/// The errors of many vectors, one after another.
package struct RelativeErrors: Sendable {
    private var sum = 0.0
    private var worst = 0.0
    private var count = 0
    private var isDefined = true

    package init() {}

    /// What is no number counts as infinitely far off; where `exact` is that, or nothing at all, no error is defined.
    package mutating func add(_ found: some Collection<Float>, exact: some Collection<Float>) {
        var (signal, noise) = (0.0, 0.0)
        for (found, exact) in zip(found, exact) {
            let difference = Double(found) - Double(exact)
            signal += Double(exact) * Double(exact)
            noise += difference * difference
        }
        guard signal > 0, signal.isFinite else {
            isDefined = false
            return
        }
        let own = noise.isNaN ? .infinity : (noise / signal).squareRoot()
        sum += own
        worst = max(worst, own)
        count += 1
    }

    /// nil without vectors, or where it is not defined.
    package var error: RelativeError? {
        isDefined && count > 0 ? RelativeError(mean: sum / Double(count), worst: worst) : nil
    }
}
