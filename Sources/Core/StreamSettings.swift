import TacitDiagnostics
import TacitFrontEnd
import TacitLabelling
import TacitLearning
import TacitLive
import TacitModelFile

/// How a stream is labelled. What is left alone is as `tacit listen` and `tacit watch` have it.
public struct StreamSettings: Sendable {
    /// Seconds of sound from one reading to the next, more than 0 and at most 86400, rounded to whole strides of the
    /// model.
    public var hop = 1.0
    /// Label no more than one picture in so many seconds, more than 0 and at most 86400; nil for every one.
    public var every: Double?
    /// From which score an event turns on, more than 0 and at most 1; nil for each label's own.
    public var threshold: Float?
    /// Average scores over so many seconds before events are decided, 0...604,800 (a week); nil for what the model says of
    /// its own labels, or 0.
    public var smooth: Double?
    /// Seconds that a score must have reached its threshold before its event turns on, 0...604,800; nil for what the model
    /// says, or 0.
    public var onAfter: Double?
    /// Seconds that a score must have stayed below before its event turns off, 0...604,800; nil for what the model says, or
    /// 0.
    public var offAfter: Double?
    /// Below which part of its threshold a score turns its event off, more than 0 and at most 1; nil for what the model
    /// says, or 0.8.
    public var offBelow: Double?
    /// The labels that make events; all if there is none.
    public var only: [String] = []
    /// Those among them that make none.
    public var except: [String] = []
    /// Whether a file passes no faster than it was recorded.
    public var isPaced = false
    /// Threads to compute with, 1...256. It changes no result.
    public var threads = 1

    public init() {}

    var engine: EngineSettings { EngineSettings(threads: threads) }

    /// - Parameter hop: from one reading to the next, in units of which `rate` make a second.
    /// - Throws: `TacitError` (usage) for what can never turn on, or never off, and for unknown labels.
    func detector(_ model: LoadedModel, rate: Int, hop: Int) throws -> EventDetector {
        let names = model.description.labels
        if let threshold, !(0...1).contains(threshold) {
            throw TacitError(.usage, "a threshold of \(threshold), expected 0 to 1")
        }
        let selection = try LabelSelection(labels: names, only: only, except: except)
        return try EventDetector(
            thresholds: model.description.thresholds.map { threshold ?? $0 }, watched: selection.indices,
            settings: (model.description.events ?? EventSettings()).changed(
                smooth: smooth, onAfter: onAfter, offAfter: offAfter, offBelow: offBelow),
            sampleRate: rate, hop: hop, names: names,
            averagedLabels: model.averagedLabels(smooth: smooth))
    }

    /// The labels of a stream, of which some come and go as they are taught and forgotten; nil for a model without
    /// learned ones.
    ///
    /// - Throws: `TacitError` (usage) for unknown labels.
    func changingLabels(_ model: LoadedModel) throws -> ChangingLabels? {
        guard let planes = model.planes else { return nil }
        let names = model.description.labels
        let threshold = threshold
        let labels = StreamLabels(
            names: names, learnedFrom: model.model.description.labels.count,
            thresholds: model.description.thresholds.map { threshold ?? $0 },
            selected: try LabelSelection(labels: names, only: only, except: except).indices)
        return ChangingLabels(
            planes, labels, new: { _ in ChangingLabels.Terms(threshold: threshold ?? LoadedModel.learnedThreshold) },
            // Those that come make events unless the program has said which do.
            takes: { [only, except] names in
                let selection = try? LabelSelection(labels: names, only: only, except: except, labelsCome: true)
                return selection?.indices ?? []
            })
    }

    /// What turns the readings of a stream of pictures into events.
    ///
    /// - Parameter rate: pictures a second at the most; it sets how many readings smoothing has room for.
    func detector(ofPictures model: LoadedModel, rate: Double) throws -> EventDetector {
        try model.requireLabels()
        try model.requireImages()
        // Also a number that is none is refused, before anything is counted by it.
        if let every, !(every > 0 && every <= FrameSense.longestEvery) {
            throw TacitError(
                .usage,
                "a picture every \(every) seconds, expected more than 0 and at most \(Int(FrameSense.longestEvery))")
        }
        let ticks = Double(ImageLabeller.ticksPerSecond) * max(every ?? 0, 1 / rate)
        return try detector(model, rate: ImageLabeller.ticksPerSecond, hop: max(1, Int(ticks)))
    }

    /// What turns the readings of a stream of sound into events, and where these readings are.
    ///
    /// - Parameter isLive: whether labels are waited for.
    func detector(ofSound model: LoadedModel, isLive: Bool) throws -> (WindowPlan, EventDetector) {
        try model.requireLabels()
        try model.requireSound()
        let plan = try model.plan(hop: hop, isLive: isLive)
        let geometry = try SoundGeometry(model.description.input)
        return (plan, try detector(model, rate: geometry.sampleRate, hop: plan.hopSamples))
    }

    func soundLabeller(_ model: LoadedModel, plan: WindowPlan) throws -> SoundLabeller {
        try model.soundLabeller(plan: plan, ending: .fullWindows, engine: engine)
    }

    func imageLabeller(_ model: LoadedModel) throws -> ImageLabeller {
        try model.imageLabeller(engine: engine)
    }
}
