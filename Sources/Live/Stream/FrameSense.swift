import TacitDiagnostics
import TacitFrontEnd
import TacitLabelling
import TacitMedia

/// A stream of pictures.
package final class FrameSense: StreamSense {
    /// The most seconds from one label to the next that may be asked for: a day.
    package static let longestEvery = 86_400.0

    private let source: any FrameSource
    private let labeller: ImageLabeller
    /// Microseconds from one label to the next, at least.
    private let every: Int
    private let broken: (TacitError) -> Void
    package private(set) var position = 0
    /// Frames before this are passed over.
    private var due = 0
    /// The first frame or file that could not be read.
    package private(set) var firstBroken: TacitError?

    /// - Parameters:
    ///   - source: of the frames.
    ///   - labeller: of the model.
    ///   - every: seconds from one label to the next, at least, up to `longestEvery`; nil for every frame.
    ///   - broken: told of each frame or file that can't be read; the stream goes on.
    package init(
        source: any FrameSource, labeller: ImageLabeller, every: Double?, broken: @escaping (TacitError) -> Void
    ) {
        self.source = source
        self.labeller = labeller
        self.every = every.map { Int(($0 * 1_000_000).rounded()) } ?? 0
        self.broken = broken
    }

    package func begin(_ sink: any Sink) {}

    package func grow(toLabels count: Int) { labeller.grow(toLabels: count) }

    package func step(_ stream: LiveStream, _ sink: any Sink) throws -> Bool {
        switch try source.read(notBefore: due) {
        case .frame(let stamp):
            stream.pace(stamp.seconds)
            position = stamp.time
            // The beat stays where it is, however late a frame comes.
            if every > 0 { due = every * (stamp.time / every + 1) }
            try labeller.label(PixelView(source.frame), time: stamp.time) { reading in
                try stream.tell(
                    reading, place: .frame(stamp.index, dropped: stamp.dropped), level: nil, to: sink)
                try sink.picture(labeller.seen)
                try sink.frame(PixelView(source.frame))
            }
        case .passed(let time):
            try sink.passed(time: Double(time) / 1_000_000)
        case .broken(let error):
            firstBroken = firstBroken ?? error
            broken(error)
        case .gap(let gap):
            position = gap.end
            try stream.tell(
                LiveGap(
                    time: Double(gap.end) / 1_000_000, lostSeconds: Double(gap.length) / 1_000_000,
                    reason: LiveGap.Reason(gap.reason)), to: sink)
        case .end: return false
        }
        return true
    }
}
