import TacitDiagnostics
import TacitFrontEnd
import TacitModelFile

/// Turns a stream of samples into readings: the one way from samples to scores, for files and live streams alike.
///
/// Patches go through the model as they come, or before that where they are prepared, overlapping windows side by side as
/// contexts of their own; readings do not depend on how the samples were cut into pushes, to the last bit. Nothing is
/// allocated after the initialiser.
///
/// With a gate, patches wait while it is closed and no reading is made. Once it opens, the model gets the patches that a
/// window still needs, so that a reading has the same bits as without a gate. Only a sliding context differs where the
/// gate was closed for so long that patches before the next window were never fed: it begins anew with that window.
package final class SoundLabeller {
    /// What becomes of the end of the stream.
    package enum Ending: Sendable {
        /// Full windows only: live streams.
        case fullWindows
        /// A last window (sliding: a last read-out) that ends at the last whole patch, if patches remain behind the
        /// last full one; a stream shorter than one window is padded with zeros: files.
        case lastWindow
    }

    package let plan: WindowPlan
    package let ending: Ending
    /// How samples become patches and windows.
    package var geometry: SoundGeometry { frontEnd.geometry }
    /// Samples since the start of the stream, lost ones included.
    package var position: Int { origin + received }

    /// How many samples more, at least one, until patches go through the model again or there is a reading.
    package var samplesToPush: Int { max(1, geometry.endOfPatch(nextPush - 1) - received) }

    let frontEnd: any SoundFrontEnd
    let model: any PatchModel
    var history: PatchHistory
    /// The contexts of one push, `[plan.contexts]`.
    private let active: UnsafeMutablePointer<Int>
    private let readOut: ReadOut

    /// Where in the stream patch 0 begins: 0, or the end of the last gap.
    private var origin = 0
    /// Samples since then.
    var received = 0
    /// Samples since then that the front end has had, those included that were prepared.
    var taken = 0
    /// Whether patches go through the model together although a reading lies between them.
    let readsAhead: Bool
    /// Patches that the model could have had since then; where it reads ahead, those that readings have come to.
    var pushed = 0
    /// Patches that it has had, or that no window wants any more: fewer only while the gate is closed. Where it reads ahead,
    /// more, but less than a chunk more than `nextPush`, which is as far as a session looks back.
    var fed = 0
    private var gate: LoudnessGate?
    /// How many patches must be there for the next push, or for the next reading of patches that were pushed ahead.
    var nextPush = 0
    /// One past the last patch of the last window read, since `origin`.
    private var readTo = 0
    private var hasRead = false
    private var inferenceSeconds = 0.0

    /// - Parameters:
    ///   - description: of the model that `model` runs.
    ///   - plan: which windows are read.
    ///   - ending: what becomes of a tail that fills no window.
    ///   - model: with room for `plan.contexts` contexts and, best, `plan.rows` rows.
    ///   - gate: how loud it must be for the model to be asked, in decibels of full scale; nil for however quiet it is.
    ///   - instructionSet: for the front end; nil is this machine's best. No choice changes a result.
    /// - Throws: `TacitError` (bad data) for a model that is not of sound, (usage) for an instruction set that this
    ///   machine does not have or a gate out of range.
    package init(
        _ description: ModelDescription, plan: WindowPlan, ending: Ending, model: any PatchModel,
        gate: Double? = nil, instructionSet: String? = nil
    ) throws {
        self.plan = plan
        self.ending = ending
        self.model = model
        frontEnd = try SoundFrontEnds.make(description.input, instructionSet: instructionSet)
        let geometry = frontEnd.geometry
        self.gate = try gate.map {
            try LoudnessGate(decibels: $0, sampleRate: geometry.sampleRate, hop: plan.hopSamples)
        }
        readsAhead = plan.readsAhead && model.canLookBack && gate == nil
        let looksBack = ending == .lastWindow || plan.attention == .full || gate != nil
        history = PatchHistory(
            patchSize: frontEnd.geometry.patchSize, kept: looksBack ? max(plan.window, plan.chunk) : plan.chunk)
        active = .allocate(capacity: plan.contexts)
        active.initialize(repeating: 0, count: plan.contexts)
        readOut = ReadOut(description)
        nextPush = plan.pushEnd(after: 0)
    }

    deinit {
        active.deallocate()
    }

    /// Makes room for more labels, behind those that there are: the model has learned some meanwhile.
    package func grow(toLabels count: Int) { readOut.grow(toLabels: count) }

    /// Takes the next samples (-1...1, mono, at the model's rate) and hands over the readings that they complete.
    ///
    /// - Throws: what `body` throws; the stream can't go on after that but by `reset` or `skip`.
    package func push(_ samples: UnsafeBufferPointer<Float>, _ body: (Reading) throws -> Void) rethrows {
        try push(samples, quiet: { _ in }, body)
    }

    /// The same where there may be a gate.
    ///
    /// - Parameters:
    ///   - samples: the next ones.
    ///   - quiet: told where a reading would end but for the gate, in samples since the start of the stream.
    ///   - body: told of each reading.
    /// - Throws: what these throw; the stream can't go on after that but by `reset` or `skip`.
    package func push(
        _ samples: UnsafeBufferPointer<Float>, quiet: (Int) throws -> Void,
        _ body: (Reading) throws -> Void
    ) rethrows {
        if readsAhead { return try pushAhead(samples, body) }
        guard gate != nil else {
            received += samples.count
            return try frontEnd.push(samples) { try take($0, quiet, body) }
        }
        // The gate is looked at where patches would go through the model, with no sample that lies behind.
        var start = 0
        while start < samples.count {
            let end = min(samples.count, start + samplesToPush)
            let part = UnsafeBufferPointer(rebasing: samples[start..<end])
            gate?.add(part)
            received += part.count
            try frontEnd.push(part) { try take($0, quiet, body) }
            start = end
        }
    }

    /// Samples were lost: the stream's time goes on by so many, and contexts begin anew after them.
    package func skip(samples: Int) {
        begin(at: position + samples)
    }

    /// Forgets the stream; the next sample is the first of another.
    package func reset() {
        begin(at: 0)
        hasRead = false
        inferenceSeconds = 0
    }

    /// The stream is over: hands over what `ending` asks for. Only `reset` or `skip` may follow.
    package func finish(_ body: (Reading) throws -> Void) rethrows {
        guard ending == .lastWindow, received > 0 else { return }
        let whole = history.count
        if whole < plan.window {
            // A short stretch behind a gap is not a short stream.
            guard !hasRead else { return }
            try pad(geometry.endOfPatch(plan.window - 1) - received, body)
        } else if whole > readTo {
            if plan.context == .sliding {
                feedWhatIsDue(to: whole)
                pushed = whole
            } else {
                model.reset(context: 0)
                active[0] = 0
                feed(from: whole - plan.window, to: whole, contexts: 1)
            }
            try read(context: 0, end: whole, body)
        }
    }

    private func begin(at sample: Int) {
        frontEnd.reset()
        history.removeAll()
        origin = sample
        received = 0
        taken = 0
        pushed = 0
        fed = 0
        gate?.reset()
        readTo = 0
        nextPush = plan.pushEnd(after: 0)
    }

    private func take(
        _ patch: UnsafePointer<Float>, _ quiet: (Int) throws -> Void, _ body: (Reading) throws -> Void
    ) rethrows {
        history.append(patch)
        guard history.count == nextPush else { return }
        let isOpen = gate?.isOpen ?? true
        if isOpen { feedWhatIsDue(to: nextPush) }
        pushed = nextPush
        nextPush = plan.pushEnd(after: pushed)
        guard let window = plan.window(endingAt: pushed) else { return }
        if isOpen {
            try read(context: window % plan.contexts, end: pushed, body)
        } else {
            try quiet(origin + min(geometry.endOfPatch(pushed - 1), received))
        }
    }

    /// Gives the model all patches up to `end` that a window needs which is not over before, those first that had to wait.
    private func feedWhatIsDue(to end: Int) {
        if plan.attention == .full {
            fed = end
            guard plan.window(endingAt: end) != nil else { return }
            model.reset(context: 0)
            active[0] = 0
            return feed(from: end - plan.window, to: end, contexts: 1)
        }
        let windows = plan.windows(holding: end - 1)
        // Where the next reading's window begins.
        let start = windows.lowerBound * plan.hop
        if plan.context == .restart {
            fed = min(max(fed, start), end)
        } else if fed < pushed, fed < start {
            // What the context remembers is further back than the window reaches, and what came since is gone.
            guard start < end else { return }
            model.reset(context: 0)
            fed = start
        }
        while fed < end {
            let next = min(plan.pushEnd(after: fed), end)
            advance(to: next, from: windows.lowerBound)
        }
    }

    /// Gives the model the patches up to `end`, in the contexts of all windows that hold them, from window `oldest` on. No
    /// window starts or ends in between, but in an endless context that reads ahead.
    func advance(to end: Int, from oldest: Int) {
        if plan.context == .sliding {
            guard fed < end else { return }
            if fed == 0 { model.reset(context: 0) }
            active[0] = 0
            feed(from: fed, to: end, contexts: 1)
        } else {
            let holding = plan.windows(holding: fed)
            let windows = max(holding.lowerBound, oldest)..<max(holding.upperBound, oldest)
            for (index, window) in windows.enumerated() { active[index] = window % plan.contexts }
            if fed % plan.hop == 0, !windows.isEmpty { model.reset(context: active[windows.count - 1]) }
            if !windows.isEmpty { feed(from: fed, to: end, contexts: windows.count) }
        }
        fed = end
    }

    private func feed(from start: Int, to end: Int, contexts: Int) {
        let begun = Stopwatch.now
        var next = start
        while next < end {
            let count = min(plan.chunk, end - next)
            model.push(
                patches: history.patches(from: next), count: count,
                contexts: UnsafeBufferPointer(start: active, count: contexts))
            next += count
        }
        inferenceSeconds += Stopwatch.now - begun
    }

    func read(context: Int, end: Int, _ body: (Reading) throws -> Void) rethrows {
        let begun = Stopwatch.now
        readOut.read(model, context: context)
        inferenceSeconds += Stopwatch.now - begun
        readTo = end
        hasRead = true
        let reading = readOut.reading(
            start: origin + geometry.startOfPatch(end - plan.window),
            end: origin + min(geometry.endOfPatch(end - 1), received),
            sampleRate: geometry.sampleRate, inferenceSeconds: inferenceSeconds)
        inferenceSeconds = 0
        try body(reading)
    }

    /// So many zeros behind the stream's end, which don't count as received.
    private func pad(_ count: Int, _ body: (Reading) throws -> Void) rethrows {
        try withUnsafeTemporaryAllocation(of: Float.self, capacity: 256) { zeros in
            zeros.initialize(repeating: 0)
            var left = count
            while left > 0 {
                let pushed = min(left, zeros.count)
                try frontEnd.push(UnsafeBufferPointer(rebasing: zeros[..<pushed])) { try take($0, { _ in }, body) }
                left -= pushed
            }
        }
    }
}
