/// What storing its weights does to a model's results.
package struct MeasuredErrors: Sendable {
    /// nil where nothing is lost, or the model computes no numbers.
    package var random: RandomErrors?
    /// nil without a set of data.
    package var calibration: Calibration?

    package init(random: RandomErrors? = nil, calibration: Calibration? = nil) {
        self.random = random
        self.calibration = calibration
    }
}

/// How two models differ on made-up patches.
package struct RandomErrors: Equatable, Sendable {
    /// How many, and how long.
    package var contexts: Int
    package var patches: Int
    /// Of each patch's last hidden state, after the final norm; nil for trunks that don't compare.
    package var trunk: RelativeError?
    /// Of each context's; nil without labels.
    package var logits: RelativeError?
    /// Contexts whose largest logit is the same label's; nil without labels.
    package var agreeing: Int?

    package init(
        contexts: Int, patches: Int, trunk: RelativeError?, logits: RelativeError? = nil, agreeing: Int? = nil
    ) {
        (self.contexts, self.patches, self.trunk) = (contexts, patches, trunk)
        (self.logits, self.agreeing) = (logits, agreeing)
    }

    /// - Parameters:
    ///   - pair: arrived at the trunk's end.
    ///   - readout: nil without labels.
    init?(_ pair: TrunkPair, _ readout: Readout?) {
        guard let trunk = pair.error else { return nil }
        self.init(contexts: SamplePatches.contexts, patches: pair.sample.patches, trunk: trunk)
        guard let readout else { return }
        let width = pair.exact.normed.count / (contexts * pair.sample.length)
        let (length, sinks) = (pair.sample.length * width, pair.sample.sinks * width)
        var (errors, agreeing) = (RelativeErrors(), 0)
        for context in 0..<contexts {
            let range = context * length + sinks..<(context + 1) * length
            let exact = readout.logits(pair.exact.normed[range])
            let found = readout.logits(pair.stored.normed[range])
            errors.add(found, exact: exact)
            if Self.largest(found) == Self.largest(exact) { agreeing += 1 }
        }
        (logits, self.agreeing) = (errors.error, agreeing)
    }

    /// The place of the largest; nil where nothing compares.
    private static func largest(_ values: [Float]) -> Int? {
        values.indices.filter { !values[$0].isNaN }.max { values[$0] < values[$1] }
    }
}
