import TacitDiagnostics
import TacitFrontEnd
import TacitModelFile

/// Which windows of a stream a model reads, all counted in patches.
///
/// - `restart`: window k is patches `k * hop` to one before `k * hop + window`, a context of its own.
/// - `sliding`: one endless context; read-out k comes once `window + k * hop` patches are there, and its window is the
///   last `window` of them.
///
/// So both kinds of context read at the same places.
package struct WindowPlan: Equatable, Sendable {
    package let context: ModelDescription.Context
    package let attention: ModelDescription.Attention
    /// Patches in a window.
    package let window: Int
    /// Patches from one window to the next; may be more than `window`.
    package let hop: Int
    private let samplesPerStride: Int
    private let sampleRate: Int
    /// Samples from one window to the next.
    package var hopSamples: Int { hop * samplesPerStride }
    /// Seconds from one window to the next.
    package var hopSeconds: Double { Double(hopSamples) / Double(sampleRate) }
    /// The most patches that go through the model at once.
    package let chunk: Int
    /// How many windows advance side by side.
    package let contexts: Int

    /// - Parameters:
    ///   - description: the model's.
    ///   - hop: seconds from one window to the next, up to `longestHop`, rounded to whole strides, at least one; nil
    ///     for one window with `restart`, for a second with `sliding`.
    ///   - latency: for how many seconds a patch may be held back so that several go through the model together; nil
    ///     for as long as makes the model fastest.
    ///   - rows: so many patches times contexts may go together however long that holds patches back, since they take
    ///     the model no time worth speaking of.
    ///   - readsAhead: whether samples are known before their labels are wanted: then an endless context takes a window at
    ///     once however often it is read, since what it makes of a patch can be read once others are behind it.
    /// - Throws: `TacitError`: bad data for a model that is not of sound; usage for a hop or a latency out of range.
    package init(
        _ description: ModelDescription, hop: Double? = nil, latency: Double? = nil, rows: Int = 1,
        readsAhead: Bool = false
    ) throws {
        let geometry = try SoundGeometry(description.input)
        context = description.context
        attention = description.attention
        window = geometry.window
        (samplesPerStride, sampleRate) = (geometry.samplesPerStride, geometry.sampleRate)
        let strideSeconds = Double(geometry.samplesPerStride) / Double(geometry.sampleRate)
        switch (hop, description.context) {
        case (nil, .restart): self.hop = geometry.window
        case (nil, .sliding): self.hop = max(1, Int((1 / strideSeconds).rounded()))
        case (let hop?, _):
            guard Self.isHop(hop) else {
                throw TacitError(
                    .usage, "a hop of \(hop) seconds, expected more than 0 and at most \(Int(Self.longestHop))")
            }
            self.hop = max(1, Int((hop / strideSeconds).rounded()))
        }
        if description.attention == .full {
            // Every patch looks at all the others: nothing can be done before the window is whole.
            guard description.context == .restart else {
                throw TacitError(.badData, place: "context", "full attention goes with restart only")
            }
            chunk = geometry.window
            contexts = 1
            return
        }
        contexts = description.context == .restart ? (geometry.window - 1) / self.hop + 1 : 1
        let isAhead = readsAhead && latency == nil && description.context == .sliding
        var most = min(Self.largestChunk, isAhead ? geometry.window : min(self.hop, geometry.window))
        if let latency {
            guard latency >= 0, latency.isFinite else {
                throw TacitError(.usage, "a latency of \(latency) seconds, expected 0 or more")
            }
            let heldBack = Int(min(latency / strideSeconds, Double(most)))
            most = min(most, max(1, heldBack, rows / contexts))
        }
        chunk = most
    }

    /// Short windows, of `stretch` patches, in an endless context, each begun when half of the one before is over.
    ///
    /// - Throws: `TacitError` (bad data) for a model that is not of sound.
    package init(_ description: ModelDescription, stretch: Int) throws {
        precondition(description.context == .sliding, "only an endless context has stretches")
        let geometry = try SoundGeometry(description.input)
        (context, attention) = (.sliding, description.attention)
        window = min(max(stretch, 1), geometry.window)
        (samplesPerStride, sampleRate) = (geometry.samplesPerStride, geometry.sampleRate)
        hop = max(1, window / 2)
        (chunk, contexts) = (min(hop, Self.largestChunk), 1)
    }

    /// Seconds: a day.
    package static let longestHop = 86_400.0

    /// Whether windows can be so many seconds apart.
    package static func isHop(_ seconds: Double) -> Bool { seconds > 0 && seconds <= longestHop }

    /// Patches, and rows of a product, beyond which more at once is no faster; they bound buffers.
    static let largestChunk = 128
    private static let largestProduct = 256

    /// Whether more patches go through the model at once than lie between two read-outs, where so many are there.
    package var readsAhead: Bool { context == .sliding && chunk > hop }

    /// Patches times contexts that are worth taking through the model at once; longer pushes it cuts itself.
    package var rows: Int { min(chunk * contexts, max(contexts, Self.largestProduct)) }

    /// The window whose last patch is patch `end - 1`, if there is one.
    package func window(endingAt end: Int) -> Int? {
        end >= window && (end - window) % hop == 0 ? (end - window) / hop : nil
    }

    /// The windows that hold a patch, oldest first.
    package func windows(holding patch: Int) -> Range<Int> {
        let oldest = patch < window ? 0 : (patch - window) / hop + 1
        return oldest..<max(oldest, patch / hop + 1)
    }

    /// With `start` patches pushed, where the next push ends: after a chunk, but no further than where the next window
    /// starts or ends.
    func pushEnd(after start: Int) -> Int {
        let nextEnd = start < window ? window : ((start - window) / hop + 1) * hop + window
        if attention == .full { return nextEnd }
        let end = min(start + chunk, nextEnd)
        return context == .sliding ? end : min(end, (start / hop + 1) * hop)
    }
}
