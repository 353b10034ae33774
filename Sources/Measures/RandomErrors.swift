import TacitDiagnostics

/// How two models differ on made-up patches.
package struct RandomErrors: Equatable, Sendable {
    /// Made-up contexts side by side, and the most patches of one: outliers sit at its beginning.
    package static let contexts = 8
    package static let longest = 48

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
}

extension TacitError {
    /// Made-up patches are no larger than data: a model that makes no numbers of them makes none of anything.
    ///
    /// - Parameter path: the model's.
    package static func noNumbers(_ path: String) -> TacitError {
        .badData(path, "the model's results are no numbers: its weights are too large to compute with")
    }
}

/// The logits of many contexts, one after another.
package struct LogitErrors: Sendable {
    private var errors = RelativeErrors()
    /// Contexts whose largest logit is the same label's.
    package private(set) var agreeing = 0

    package init() {}

    package mutating func add(_ found: [Float], exact: [Float]) {
        errors.add(found, exact: exact)
        if let largest = exact.indexOfLargest, found.indexOfLargest == largest { agreeing += 1 }
    }

    /// As `RelativeErrors` has it.
    package var error: RelativeError? { errors.error }
}
