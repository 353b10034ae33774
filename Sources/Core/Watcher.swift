import TacitDiagnostics
import TacitLabelling
import TacitLive
import TacitMedia
import TacitModelFile

/// Labels a stream of pictures as they come, as `tacit watch` does. For one stream: once stopped, it stays so.
public final class Watcher: Sendable {
    private let stream: StreamRun

    /// - Throws: `TacitError`: bad data for a model that does not see or has no labels, usage for settings with which
    ///   no event could ever turn on, or off again. What is wrong with the source is told when the stream begins.
    public init(_ model: Model, _ source: Source, settings: StreamSettings = StreamSettings()) throws {
        _ = try settings.detector(ofPictures: model.loaded, rate: source.fastest)
        guard case .image(let input) = model.loaded.description.input else {
            throw TacitError(.badData, file: model.path, "the model does not take images")
        }
        stream = StreamRun(names: model.labels) { stop, sink in
            let detector = try settings.detector(ofPictures: model.loaded, rate: source.fastest)
            let labeller = try settings.imageLabeller(model.loaded)
            let opened = try source.open(Source.Wish(input: input, stop: stop))
            let sense = FrameSense(source: opened, labeller: labeller, every: settings.every) { sink.broken($0) }
            return LiveStream(
                sense, detector: detector, isPaced: settings.isPaced, stop: stop,
                changing: try settings.changingLabels(model.loaded))
        }
    }

    /// Watches on this thread until the source ends, `stop` is called or `body` throws. Every event that is on is told
    /// to be off at the end.
    ///
    /// - Throws: `TacitError` for a source that can't be opened or fails; usage while the stream runs already. What
    ///   `body` throws.
    public func run(_ body: (StreamUpdate) throws -> Void) throws { try stream.run(body) }

    /// The same for `for try await`.
    public var updates: StreamUpdates { StreamUpdates(run: stream) }

    /// Ends the stream in order. From any thread, and from within the closure.
    public func stop() { stream.stop() }

    /// Where pictures come from.
    public struct Source: Sendable {
        /// What there is to know when a source is opened.
        package struct Wish {
            package let input: ImageInput
            package let stop: StopToken
        }

        /// Pictures a second, at the most.
        let fastest: Double
        let open: @Sendable (Wish) throws -> any FrameSource

        package init(fastest: Double, open: @escaping @Sendable (Wish) throws -> any FrameSource) {
            self.fastest = max(fastest, 0.001)
            self.open = open
        }

        /// A PNG, JPEG, WebP or GIF picture, or a folder of them and of folders with them, in the order of their names.
        ///
        /// A picture that can't be read is told as ``StreamUpdate/broken(_:)``, and the stream goes on. When the stream
        /// begins, it throws a `TacitError`: no input for a folder that can't be read or has no picture, bad data for
        /// one that is too deep or has too many, usage for a rate out of range.
        ///
        /// - Parameters:
        ///   - path: of the picture or the folder.
        ///   - rate: pictures a second, 0.001...100,000, by which their times are counted.
        public static func files(_ path: String, rate: Double = 1) -> Source {
            let path = SystemPath.ofFile(path)
            return Source(fastest: rate) { _ in
                try PictureFilesSource(
                    paths: PictureFiles.isFolder(path) ? PictureFiles.inFolder(path) : [path], rate: rate)
            }
        }

        /// A file of JPEG pictures, one behind the other (Motion JPEG), or a pipe that has a name.
        ///
        /// A picture that can't be decoded is told as ``StreamUpdate/broken(_:)``. When the stream begins, it throws a
        /// `TacitError`: no input for a file that can't be opened, usage for a rate out of range; later an I/O error
        /// for a read that fails.
        ///
        /// - Parameters:
        ///   - path: of the file.
        ///   - rate: pictures a second, 0.001...100,000, by which their times are counted.
        public static func motionJPEG(_ path: String, rate: Double = 25) -> Source {
            let path = SystemPath.ofFile(path)
            return Source(fastest: rate) { wish in
                try MJPEGSource(path: path, rate: rate, stopDescriptor: wish.stop.descriptor)
            }
        }

        /// Pictures of the program's own. What the closures throw ends the stream; a rate out of range is a
        /// `TacitError` (usage) when it begins.
        ///
        /// - Parameters:
        ///   - rate: pictures a second, 0.001...100,000, by which their times are counted.
        ///   - open: called when the stream begins. Gives what is then called for a picture, on the stream's thread: it
        ///     waits until there is one; nil at the end.
        public static func pictures(
            rate: Double, open: @escaping @Sendable () throws -> () throws -> Picture?
        ) -> Source {
            Source(fastest: rate) { _ in try OwnPictures(rate: rate, read: open()) }
        }
    }
}

/// A program's own closure as a source.
private final class OwnPictures: FrameSource {
    let frame = FrameBuffer()
    private let clock: FrameClock
    private let body: () throws -> Picture?
    private var next = 0

    init(rate: Double, read: @escaping () throws -> Picture?) throws {
        clock = try FrameClock(rate: rate)
        body = read
    }

    func read(notBefore time: Int) throws -> FrameEvent {
        guard let picture = try body() else { return .end }
        let stamp = FrameEvent.Stamp(index: next, time: clock.time(of: next), dropped: 0)
        next += 1
        // One by one, so that a wish to stop is heard between any two.
        guard stamp.time >= time else { return .passed(time: stamp.time) }
        try frame.reshape(width: picture.width, height: picture.height, channels: picture.channels)
        picture.pixels.withUnsafeBufferPointer { pixels in
            if let base = pixels.baseAddress { frame.pixels.update(from: base, count: frame.byteCount) }
        }
        return .frame(stamp)
    }
}
