import TacitDiagnostics
import TacitFrontEnd
import TacitLive

/// A stream of pictures that the program pushes as it has them. Used by one thread at a time, and not by the closures that
/// it calls.
///
/// The same pictures at the same times give the same readings and events, to the last bit, as `tacit watch`.
public final class PictureStream {
    /// What labels.
    public let model: Model
    private let source: FedPictures
    private let stream: FedStream

    /// - Parameters:
    ///   - model: what labels.
    ///   - rate: pictures a second, by which the times of those are counted that come without; smoothing has room for
    ///     no more in a second.
    ///   - settings: how; `every` and not `hop` says how often.
    /// - Throws: `TacitError`: usage for settings or a rate out of range, bad data for a model that does not see or has
    ///   no labels.
    public init(_ model: Model, rate: Double = 25, settings: StreamSettings = StreamSettings()) throws {
        self.model = model
        source = try FedPictures(rate: rate)
        let detector = try settings.detector(ofPictures: model.loaded, rate: rate)
        let labeller = try settings.imageLabeller(model.loaded)
        let sense = FrameSense(source: source, labeller: labeller, every: settings.every) { _ in }
        stream = FedStream(
            LiveStream(
                sense, detector: detector, isPaced: false, stop: StopToken(),
                changing: try settings.changingLabels(model.loaded)),
            names: model.labels)
    }

    /// Whether all is told.
    package var isFinished: Bool { stream.isOver }

    /// The next picture, of any size.
    ///
    /// - Parameters:
    ///   - picture: is copied.
    ///   - seconds: when it was taken, since the start of the stream; nil for one step of the rate after the one
    ///     before.
    ///   - body: told what comes of it.
    /// - Throws: `TacitError` (usage) for a time that goes back or beyond all bounds, and after `finish`. What `body`
    ///   throws.
    public func push(
        _ picture: Picture, at seconds: Double? = nil, _ body: (StreamUpdate) throws -> Void
    ) throws {
        try stream.withUpdates(body) { sink in
            try picture.withView { try push($0, at: seconds, sink) }
        }
    }

    /// So many pictures were lost: the stream's time goes on by them, and waits and smoothing begin anew.
    ///
    /// - Throws: `TacitError` (usage) for a number of pictures below 0 or beyond all bounds, and after `finish`. What
    ///   `body` throws.
    public func skip(pictures: Int, _ body: (StreamUpdate) throws -> Void) throws {
        try stream.withUpdates(body) { sink in
            try skip(pictures: pictures)
            while try stream.step(sink) {}
        }
    }

    /// The stream is over: every event that is on turns off. Nothing may be pushed after it; a second call does
    /// nothing.
    ///
    /// - Throws: what `body` throws.
    public func finish(_ body: (StreamUpdate) throws -> Void) throws {
        try stream.withUpdates(body) { try finish($0) }
    }

    package func push(_ picture: PixelView, at seconds: Double?, _ sink: any Sink) throws {
        try stream.requireOpen()
        try source.feed(picture, seconds: seconds)
        while try stream.step(sink) {}
    }

    /// Pictures were lost behind what was pushed; the next push tells it.
    package func skip(pictures: Int) throws {
        try stream.requireOpen()
        try source.lose(pictures)
    }

    package func finish(_ sink: any Sink) throws { _ = try stream.finish(until: { false }, sink) }
}
