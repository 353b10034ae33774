import TacitDiagnostics
import TacitFrontEnd
import TacitLabelling
import TacitLive
import TacitMedia

/// Labels a stream of sound as it comes, as `tacit listen` does. For one stream: once stopped, it stays so.
public final class Listener: Sendable {
    private let stream: StreamRun

    /// - Throws: `TacitError`: bad data for a model that does not hear or has no labels, usage for settings with which
    ///   no event could ever turn on, or off again. What is wrong with the source is told when the stream begins.
    public init(_ model: Model, _ source: Source, settings: StreamSettings = StreamSettings()) throws {
        // What is wrong with the settings is told at once, though the stream is made on the thread that it runs on.
        _ = try settings.detector(ofSound: model.loaded, isLive: source.isLive)
        stream = StreamRun(names: model.labels) { stop, _ in
            let (plan, detector) = try settings.detector(
                ofSound: model.loaded, isLive: source.isLive || settings.isPaced)
            let labeller = try settings.soundLabeller(model.loaded, plan: plan)
            let geometry = labeller.geometry
            let opened = try source.open(
                Source.Wish(sampleRate: geometry.sampleRate, hop: plan.hopSeconds, stop: stop))
            let resampled = try SoundSources.resample(opened, to: geometry.sampleRate, file: source.name)
            return LiveStream(
                SoundSense(source: resampled, labeller: labeller), detector: detector, isPaced: settings.isPaced,
                stop: stop, changing: try settings.changingLabels(model.loaded))
        }
    }

    /// Listens on this thread until the source ends, `stop` is called or `body` throws. Every event that is on is told
    /// to be off at the end.
    ///
    /// - Throws: `TacitError` for a source that can't be opened or fails; usage while the stream runs already. What
    ///   `body` throws.
    public func run(_ body: (StreamUpdate) throws -> Void) throws { try stream.run(body) }

    /// The same for `for try await`.
    public var updates: StreamUpdates { StreamUpdates(run: stream) }

    /// Ends the stream in order. From any thread, and from within the closure.
    public func stop() { stream.stop() }

    /// Where sound comes from.
    public struct Source: Sendable {
        /// What there is to know when a source is opened.
        package struct Wish {
            /// Hertz that need no conversion.
            package let sampleRate: Int
            /// Seconds from one reading to the next.
            package let hop: Double
            package let stop: StopToken
        }

        let name: String
        /// Whether it comes as time passes.
        let isLive: Bool
        let open: @Sendable (Wish) throws -> any SampleSource

        /// `name` is for errors.
        package init(
            name: String, isLive: Bool, open: @escaping @Sendable (Wish) throws -> any SampleSource
        ) {
            self.name = name
            self.isLive = isLive
            self.open = open
        }

        /// A sound file (WAV, FLAC, Ogg, MP3 and more), or a pipe that has a name, as fast as it can be labelled.
        ///
        /// When the stream begins, it throws a `TacitError` naming the file: no input for what can't be opened, bad
        /// data for what is no sound or has a rate that can't be converted.
        public static func file(_ path: String) -> Source {
            let path = SystemPath.ofFile(path)
            return Source(name: path, isLive: false) { wish in
                try SoundFileSource(path: path, stopDescriptor: wish.stop.descriptor)
            }
        }

        /// Samples in memory. What is wrong with them or their rate is told as for `samples`.
        public static func sound(_ sound: Sound) -> Source {
            samples(sampleRate: sound.sampleRate) {
                let rest = Remainder(sound.samples)
                return { rest.read(into: $0) }
            }
        }

        /// Samples of the program's own. What the closures throw ends the stream, and so does a `TacitError`: usage for
        /// a rate out of range or more samples than there is room for, bad data for what is no sample or beyond
        /// -64...64 (integers that were not divided), and for a rate that can't be converted.
        ///
        /// - Parameters:
        ///   - sampleRate: hertz; what is not the model's is converted.
        ///   - open: called when the stream begins. Gives what is then called for samples, on the stream's thread: it
        ///     waits until there are some, writes mono samples, -1...1, and returns how many; 0 at the end.
        public static func samples(
            sampleRate: Int, open: @escaping @Sendable () throws -> (UnsafeMutableBufferPointer<Float>) throws -> Int
        ) -> Source {
            Source(name: "samples", isLive: true) { _ in try OwnSamples(sampleRate: sampleRate, read: open()) }
        }
    }
}

/// Samples that are given out part by part.
private final class Remainder {
    private var samples: ArraySlice<Float>

    init(_ samples: [Float]) { self.samples = samples[...] }

    func read(into buffer: UnsafeMutableBufferPointer<Float>) -> Int {
        let next = samples.prefix(buffer.count)
        for (index, sample) in next.enumerated() { buffer[index] = sample }
        samples = samples.dropFirst(next.count)
        return next.count
    }
}

/// A program's own closure as a source. What it says and writes is not believed.
private final class OwnSamples: SampleSource {
    let sampleRate: Int
    private let body: (UnsafeMutableBufferPointer<Float>) throws -> Int
    private var position = 0

    init(sampleRate: Int, read: @escaping (UnsafeMutableBufferPointer<Float>) throws -> Int) throws {
        try SoundSources.require(rate: sampleRate)
        self.sampleRate = sampleRate
        body = read
    }

    func read(into buffer: UnsafeMutableBufferPointer<Float>) throws -> SourceEvent {
        guard !buffer.isEmpty else { return .end }
        let count = try body(buffer)
        guard (0...buffer.count).contains(count) else {
            throw TacitError(.usage, "\(count) samples were given where there is room for \(buffer.count)")
        }
        try SoundSources.require(own: UnsafeBufferPointer(rebasing: buffer[..<count]), from: position)
        position += count
        return count == 0 ? .end : .samples(count)
    }
}
