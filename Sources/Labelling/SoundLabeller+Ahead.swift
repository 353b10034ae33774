/// Patches that go through the model before their samples are pushed, so that many go together.
extension SoundLabeller {
    /// How many samples can be prepared before they are pushed; 0 where that is of no use.
    package var samplesAhead: Int { readsAhead ? (plan.chunk - 1) * geometry.samplesPerStride : 0 }

    /// Takes samples that will be pushed next through the model already, so that many patches go together. Their readings
    /// come as they are pushed, with the same bits.
    ///
    /// - Parameter samples: at most `samplesAhead`, of which none is known yet.
    package func prepare(_ samples: UnsafeBufferPointer<Float>) {
        precondition(taken == received && samples.count <= samplesAhead)
        taken += samples.count
        frontEnd.push(samples) { collect($0) }
        advance(to: history.count, from: 0)
    }

    func pushAhead(_ samples: UnsafeBufferPointer<Float>, _ body: (Reading) throws -> Void) rethrows {
        received += samples.count
        try readWhatIsHeard(body)
        let fresh = received - taken
        guard fresh > 0 else { return }
        taken = received
        try frontEnd.push(UnsafeBufferPointer(rebasing: samples.suffix(fresh))) {
            if collect($0) { try readWhatIsHeard(body) }
        }
        guard nextPush <= history.count else { return }
        advance(to: history.count, from: 0)
        try readWhatIsHeard(body)
    }

    /// Keeps a patch, and gives the model those that are kept once they are as many as go together; true if it did.
    @discardableResult private func collect(_ patch: UnsafePointer<Float>) -> Bool {
        history.append(patch)
        guard history.count - fed == plan.chunk else { return false }
        advance(to: history.count, from: 0)
        return true
    }

    /// Hands over the readings of patches that the model has had and whose samples have been pushed.
    private func readWhatIsHeard(_ body: (Reading) throws -> Void) rethrows {
        while nextPush <= fed, geometry.endOfPatch(nextPush - 1) <= received {
            pushed = nextPush
            nextPush = plan.pushEnd(after: pushed)
            guard plan.window(endingAt: pushed) != nil else { continue }
            model.patchesLeftOut = fed - pushed
            defer { model.patchesLeftOut = 0 }
            try read(context: 0, end: pushed, body)
        }
    }
}
