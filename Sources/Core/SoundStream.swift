import TacitDiagnostics
import TacitLive
import TacitMedia

/// A stream of sound whose samples the program pushes as it has them. Used by one thread at a time, and not by the closures
/// that it calls.
///
/// The same samples give the same readings and events however they are cut, to the last bit, and the same as
/// `tacit listen --input`.
public final class SoundStream {
    /// What labels.
    public let model: Model
    private let source: FedSource
    private let stream: FedStream

    /// `sampleRate` is that of what is pushed, in hertz; nil for the model's. Any other is converted.
    ///
    /// - Throws: `TacitError`: usage for settings out of range, bad data for a rate that can't be converted and for a
    ///   model that does not hear or has no labels.
    public init(_ model: Model, sampleRate: Int? = nil, settings: StreamSettings = StreamSettings()) throws {
        self.model = model
        let (plan, detector) = try settings.detector(ofSound: model.loaded, isLive: true)
        let labeller = try settings.soundLabeller(model.loaded, plan: plan)
        source = try FedSource(sampleRate: sampleRate ?? labeller.geometry.sampleRate)
        let resampled = try SoundSources.resample(source, to: labeller.geometry.sampleRate)
        let sense = SoundSense(source: resampled, labeller: labeller)
        stream = FedStream(
            LiveStream(
                sense, detector: detector, isPaced: false, stop: StopToken(),
                changing: try settings.changingLabels(model.loaded)),
            names: model.labels)
    }

    /// Whether all is told.
    package var isFinished: Bool { stream.isOver }

    /// The next samples: mono, -1...1.
    ///
    /// - Throws: `TacitError` (bad data) for what is no sample or beyond -64...64 (integers that were not divided), of
    ///   which nothing is taken; usage after `finish`. What `body` throws; the rest of the samples is then
    ///   lost, and the stream goes on with the next.
    public func push(_ samples: [Float], _ body: (StreamUpdate) throws -> Void) throws {
        try samples.withUnsafeBufferPointer { samples in
            try stream.withUpdates(body) { sink in
                var rest = samples
                repeat {
                    rest = UnsafeBufferPointer(rebasing: rest[try push(rest, until: { false }, sink)...])
                } while !rest.isEmpty
            }
        }
    }

    /// So many samples, at the rate of what is pushed, were lost: the stream's time goes on by them, and the model
    /// begins anew.
    ///
    /// - Throws: `TacitError` (usage) for a number of samples below 0 or beyond all bounds, and after `finish`. What
    ///   `body` throws.
    public func skip(samples: Int, _ body: (StreamUpdate) throws -> Void) throws {
        try stream.withUpdates(body) { sink in
            try skip(samples: samples)
            _ = try push(UnsafeBufferPointer(start: nil, count: 0), until: { false }, sink)
        }
    }

    /// The stream is over: every event that is on turns off. Nothing may be pushed after it; a second call does
    /// nothing.
    ///
    /// - Throws: what `body` throws.
    public func finish(_ body: (StreamUpdate) throws -> Void) throws {
        try stream.withUpdates(body) { _ = try finish(until: { false }, $0) }
    }

    /// `until` says whether to come back before all is taken; it is asked after each step.
    ///
    /// - Returns: how many samples were taken.
    package func push(
        _ samples: UnsafeBufferPointer<Float>, until isEnough: () -> Bool, _ sink: any Sink
    ) throws -> Int {
        try stream.requireOpen()
        try source.feed(samples)
        defer { source.starve() }
        source.isStarved = false
        while !source.isStarved, !isEnough() { _ = try stream.step(sink) }
        return samples.count - source.left
    }

    /// Samples were lost behind what was pushed; the next step tells it.
    package func skip(samples: Int) throws {
        try stream.requireOpen()
        // Months at the fastest rate, and years of them in all, so that no time overflows.
        guard (0...(1 << 46)).contains(samples), source.position <= 1 << 50 else {
            throw TacitError(.usage, "\(samples) samples can't be lost")
        }
        if samples > 0 { source.lose(samples) }
    }

    /// - Returns: whether all is told; else it is to be called again.
    package func finish(until isEnough: () -> Bool, _ sink: any Sink) throws -> Bool {
        source.finish()
        return try stream.finish(until: isEnough, sink)
    }
}
