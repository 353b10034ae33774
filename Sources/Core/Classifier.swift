import TacitDiagnostics
import TacitFrontEnd
import TacitLive
import TacitMedia

/// Labels files, sounds and pictures, one after another. Used by one thread at a time; make one for each.
public final class Classifier {
    /// What labels.
    public let model: Model
    private let labeller: FileLabeller

    /// - Parameters:
    ///   - model: what labels; several may share it.
    ///   - hop: seconds from one window of sound to the next, more than 0 and at most 86400; nil for the model's own.
    ///   - threads: to compute with, 1...256. It changes no result.
    /// - Throws: `TacitError`: usage for numbers out of range, for a hop where the model does not hear, and for a model that
    ///   has been followed by one with more labels (``Model/following(_:)``).
    public init(_ model: Model, hop: Double? = nil, threads: Int = 1) throws {
        self.model = model
        try model.requireAllLabels()
        labeller = try FileLabeller(model.loaded, hop: hop, engine: EngineSettings(threads: threads))
    }

    /// A file as a whole: a sound, a picture or tokens, as the model takes it. A model without labels leaves scores and
    /// logits empty.
    ///
    /// - Throws: `TacitError` naming the file: no input for what can't be opened, bad data for what is broken or
    ///   nothing that the model takes, I/O error for a read that fails.
    public func classify(_ path: String) throws -> Prediction {
        Prediction(try labeller.read(SystemPath.ofFile(path)), names: model.labels)
    }

    /// A file window by window.
    ///
    /// - Returns: one prediction a window, in the order of time; of a picture there is one.
    /// - Throws: `TacitError` as for a file as a whole.
    public func windows(of path: String) throws -> [Prediction] {
        try labeller.windows(of: SystemPath.ofFile(path)).map { Prediction($0, names: model.labels) }
    }

    /// A sound of any rate.
    ///
    /// - Throws: `TacitError`: bad data for a sample that is no number or beyond -64...64 (integers that were not
    ///   divided), no samples at all, a rate that can't be converted, or a model that does not hear; usage for a rate
    ///   out of range.
    public func classify(_ sound: Sound) throws -> Prediction {
        try sound.samples.withUnsafeBufferPointer { try classify(samples: $0, sampleRate: sound.sampleRate) }
    }

    /// The same of samples in somebody's memory.
    ///
    /// - Parameters:
    ///   - samples: mono, -1...1; read during the call.
    ///   - sampleRate: hertz; what is not the model's is converted.
    /// - Throws: `TacitError` as for a sound.
    public func classify(samples: UnsafeBufferPointer<Float>, sampleRate: Int) throws -> Prediction {
        try model.loaded.requireSound()
        let source = try FedSource(sampleRate: sampleRate)
        try source.feed(samples)
        source.finish()
        return Prediction(try labeller.read(source), names: model.labels)
    }

    /// A picture of any size.
    ///
    /// - Throws: `TacitError` (bad data) for a model that does not see.
    public func classify(_ picture: Picture) throws -> Prediction {
        guard let prediction = try picture.withView({ try classify($0) }) else {
            throw TacitError(.badData, "a picture without pixels")
        }
        return prediction
    }

    package func classify(_ picture: PixelView) throws -> Prediction {
        try model.loaded.requireImages()
        return Prediction(try labeller.read(picture, path: "the picture"), names: model.labels)
    }

    /// What the model's head would read of a file: `[width]`, averaged over its windows.
    ///
    /// - Throws: `TacitError` as for `classify`.
    public func embedding(of path: String) throws -> [Float] {
        try labeller.read(SystemPath.ofFile(path)).embedding
    }
}
