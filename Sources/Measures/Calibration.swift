import TacitDiagnostics

/// How two models do on a set of data: the exact one, and one whose weights are stored in fewer bits.
package struct Calibration: Equatable, Sendable {
    /// What a set is measured by.
    package enum Metric: String, Sendable {
        case accuracy
        /// Mean average precision over classes.
        case map
    }

    /// The set's kind, never its path.
    package var dataSet: String
    package var split: String
    /// Examples that were run.
    package var count: Int
    /// Windows in them.
    package var windows: Int
    package var metric: Metric
    /// 0...1; nil where the set leaves it undefined.
    package var exact: Double?
    package var stored: Double?
    /// Examples whose largest logit is the same label's.
    package var agreeing: Int
    /// Of what the head reads, a window each: the trunk's output, pooled.
    package var output: RelativeError?
    /// Of a window's.
    package var logits: RelativeError?

    package init(
        dataSet: String, split: String, count: Int, windows: Int, metric: Metric, exact: Double?, stored: Double?,
        agreeing: Int, output: RelativeError?, logits: RelativeError?
    ) {
        (self.dataSet, self.split, self.count, self.windows) = (dataSet, split, count, windows)
        (self.metric, self.exact, self.stored, self.agreeing) = (metric, exact, stored, agreeing)
        (self.output, self.logits) = (output, logits)
    }

    /// Points of a hundred that the metric loses; negative where it gains.
    package var drop: Double? {
        guard let exact, let stored else { return nil }
        return (exact - stored) * 100
    }

    /// - Parameters:
    ///   - points: the most that the metric may drop by.
    ///   - limit: what the user calls that.
    ///   - path: the model that is not to be.
    /// - Throws: `TacitError` (bad data) if it drops by more, or if there is none.
    package func refuse(dropAbove points: Double, called limit: String = "the limit", path: String) throws {
        guard let exact, let stored, let drop else {
            throw TacitError.badData(path, "\(dataSet) \(split) has no \(metric.rawValue) to hold \(limit) against")
        }
        // Shares of a few hundred examples, whose difference is rounded.
        guard drop > points + 1e-9 else { return }
        let (before, after) = (Decimal.text(exact * 100, places: 2), Decimal.text(stored * 100, places: 2))
        throw TacitError.badData(
            path,
            "\(metric.rawValue) on \(dataSet) \(split) drops by \(Decimal.text(drop, places: 2)) points, from "
                + "\(before) to \(after) %, more than \(limit) \(points) allows: nothing is written")
    }
}
