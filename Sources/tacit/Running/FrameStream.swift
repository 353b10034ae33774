import TacitConsole
import TacitDiagnostics
import TacitFrontEnd
import TacitLabelling
import TacitMedia

/// Carries frames from a source through a labeller and an event detector to an output, for as long as there are any.
final class FrameStream {
    private let source: any FrameSource
    private let labeller: ImageLabeller
    private let detector: EventDetector
    /// Microseconds from one label to the next, at least.
    private let every: Int
    private let isPaced: Bool
    private let reportsAll: Bool
    /// What the reading at hand decided.
    private var events: [DetectedEvent] = []
    private var time = 0
    /// Frames before this are passed over.
    private var due = 0
    /// The first frame or file that could not be read.
    private(set) var firstBroken: TacitError?

    /// - Parameters:
    ///   - every: seconds from one label to the next, at least; nil for every frame.
    ///   - reportsAll: whether each broken frame is told, being a file of its own, or only so many of a stream.
    init(
        source: any FrameSource, labeller: ImageLabeller, detector: EventDetector, every: Double?, isPaced: Bool,
        reportsAll: Bool
    ) {
        self.source = source
        self.labeller = labeller
        self.detector = detector
        self.every = every.map { Int(($0 * 1_000_000).rounded()) } ?? 0
        self.isPaced = isPaced
        self.reportsAll = reportsAll
        events.reserveCapacity(detector.smoothedScores.count)
    }

    /// Until the source ends or fails, or the program is asked to stop. Nothing is allocated here after the first label.
    func run(_ output: some FrameOutput) throws {
        Process.stopInOrder()
        Process.hasStarted()
        do {
            try carry(to: output)
        } catch let error as TacitError {
            try end(output)
            throw error
        }
        try end(output)
    }

    private func carry(to output: some FrameOutput) throws {
        let pacer = isPaced ? Pacer() : nil
        while !Process.isStopping {
            switch try source.read(notBefore: due) {
            case .frame(let stamp):
                pacer?.wait(for: stamp.seconds)
                time = stamp.time
                // The beat stays where it is, however late a frame comes.
                if every > 0 { due = every * (stamp.time / every + 1) }
                try labeller.label(PixelView(source.frame), time: stamp.time) { try tell($0, stamp, to: output) }
            case .broken(let error):
                firstBroken = firstBroken ?? error
                if reportsAll || Terminal.shared.isTerminal == false && firstBroken == error {
                    StandardError.line(error.description)
                } else {
                    Log.shared.line { $0.append(string: error.description) }
                }
            case .gap(let gap):
                time = gap.end
                detector.gap()
                try output.gap(
                    LiveGap(
                        time: Double(gap.end) / 1_000_000, lostSeconds: Double(gap.length) / 1_000_000,
                        reason: .frames(gap.reason)))
            case .end: return
            }
        }
    }

    private func tell(_ reading: Reading, _ stamp: FrameEvent.Stamp, to output: some FrameOutput) throws {
        events.removeAll(keepingCapacity: true)
        detector.take(reading) { events.append($0) }
        try output.labels(
            LiveReading(
                time: reading.time, place: .frame(stamp.index, dropped: stamp.dropped), scores: reading.scores,
                smoothed: detector.smoothedScores, logits: reading.logits,
                inferenceSeconds: reading.inferenceSeconds))
        for event in events { try output.event(LiveEvent(event)) }
        try output.picture(labeller.seen)
    }

    private func end(_ output: some FrameOutput) throws {
        try detector.finish(at: time) { try output.event(LiveEvent($0)) }
        try output.finish()
    }
}
