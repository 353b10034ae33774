import TacitDiagnostics
import TacitMeasures

extension RandomErrors {
    /// nil where the trunk computes nothing but zeros.
    ///
    /// - Parameters:
    ///   - pair: arrived at the trunk's end.
    ///   - readout: nil without labels.
    ///   - path: the model's, for errors.
    /// - Throws: `TacitError` (bad data) where the results are no numbers, with the weights as they are or as they are
    ///   stored.
    init?(_ pair: TrunkPair, _ readout: Readout?, path: String) throws {
        let contexts = pair.sample.contexts
        let width = pair.exact.normed.count / (contexts * pair.sample.length)
        let (length, sinks) = (pair.sample.length * width, pair.sample.sinks * width)
        var errors = LogitErrors()
        for context in 0..<contexts {
            let range = context * length + sinks..<(context + 1) * length
            let (stored, exact) = (pair.stored.normed[range], pair.exact.normed[range])
            let logits = readout.map { ($0.logits(stored), $0.logits(exact)) } ?? ([], [])
            guard [stored, exact, logits.0[...], logits.1[...]].allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
                throw TacitError.noNumbers(path)
            }
            errors.add(logits.0, exact: logits.1)
        }
        guard let trunk = pair.error else { return nil }
        self.init(
            contexts: contexts, patches: pair.sample.patches, trunk: trunk,
            logits: readout == nil ? nil : errors.error, agreeing: readout == nil ? nil : errors.agreeing)
    }
}
