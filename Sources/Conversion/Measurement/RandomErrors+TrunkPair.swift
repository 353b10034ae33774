import TacitMeasures

extension RandomErrors {
    /// - Parameters:
    ///   - pair: arrived at the trunk's end.
    ///   - readout: nil without labels.
    init?(_ pair: TrunkPair, _ readout: Readout?) {
        guard let trunk = pair.error else { return nil }
        let contexts = pair.sample.contexts
        self.init(contexts: contexts, patches: pair.sample.patches, trunk: trunk)
        guard let readout else { return }
        let width = pair.exact.normed.count / (contexts * pair.sample.length)
        let (length, sinks) = (pair.sample.length * width, pair.sample.sinks * width)
        var errors = LogitErrors()
        for context in 0..<contexts {
            let range = context * length + sinks..<(context + 1) * length
            errors.add(readout.logits(pair.stored.normed[range]), exact: readout.logits(pair.exact.normed[range]))
        }
        (logits, agreeing) = (errors.error, errors.agreeing)
    }
}
