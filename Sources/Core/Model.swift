import TacitDiagnostics
import TacitFrontEnd
import TacitLearning
import TacitLive
import TacitModelFile

/// A model file, read into memory and checked: what becomes of the file later changes nothing. Any number of classifiers,
/// listeners and watchers, on any threads, may share one.
public final class Model: Sendable {
    package let loaded: LoadedModel
    /// As it was opened.
    public var path: String { loaded.path }
    /// In the order of every vector of scores or logits. Empty for a model that can only embed.
    public var labels: [String] { loaded.description.labels }
    /// From which score each label holds, 0...1.
    public var thresholds: [Float] { loaded.description.thresholds }
    /// The first of `labels` that was taught; as many as there are labels where none was.
    public var learnedFrom: Int { loaded.model.description.labels.count }
    /// Elements of an embedding.
    public var width: Int { loaded.description.trunk.width }
    /// What it takes in.
    public let sense: Sense

    /// Where labels come from that were taught to it.
    private let learnedLabels: String?

    /// - Throws: `TacitError`: no input for a file that can't be opened, bad data for what is no whole model file.
    public convenience init(_ path: String) throws { try self.init(LoadedModel(path: path), labels: nil) }

    /// With labels that were taught to it, which stand behind its own.
    ///
    /// - Parameters:
    ///   - path: the model file.
    ///   - labels: the file that a ``Teacher`` or `tacit learn` made.
    /// - Throws: `TacitError`: no input for a file that can't be opened, bad data for what is no whole model file or no whole
    ///   file of labels, and for labels of another model.
    public convenience init(_ path: String, labels: String) throws {
        try self.init(LoadedModel(path: path, labels: labels), labels: labels)
    }

    /// From the bytes of a model file, which are copied; `name` is what it is called in errors.
    ///
    /// - Throws: `TacitError` (bad data) for what is no whole model file.
    public convenience init(bytes: UnsafeRawBufferPointer, name: String = "model") throws {
        try self.init(LoadedModel(ModelFile(bytes: bytes, name: name)), labels: nil)
    }

    /// The same model with labels that were taught to it.
    ///
    /// - Parameters:
    ///   - model: its own labels count, others that were taught to it don't.
    ///   - labels: the file that a ``Teacher`` or `tacit learn` made.
    /// - Throws: `TacitError`: no input for a file that can't be opened, bad data for what is no whole file of labels, and for
    ///   labels of another model.
    public convenience init(_ model: Model, labels: String) throws {
        try self.init(model.loaded.taught(by: labels), labels: labels)
    }

    /// The same model with the learned labels that `other` has now; what is taught to one later is not known to the
    /// other. The weights are shared.
    package convenience init(sharing other: Model) throws {
        try self.init(other.loaded.apart, labels: other.learnedLabels)
    }

    /// The same model with what a file of learned labels holds now, for whatever begins from now on. Streams that run
    /// with the labels that this one has take them over before their next reading, without being held up.
    ///
    /// Each label keeps its index: those that come, a new name of an old one too, stand behind all others, and those
    /// that are gone leave theirs empty, with a score of 0; an event of theirs that is on turns off.
    ///
    /// - Parameter labels: the file that a ``Teacher`` or `tacit learn` made.
    /// - Returns: nil for a model that was opened without learned labels: its streams have no room for any.
    /// - Throws: `TacitError` as when a model is opened with labels; all is as it was then.
    public func following(_ labels: String) throws -> Model? {
        try loaded.following(labels).map { try Model($0, labels: labels) }
    }

    /// - Throws: `TacitError` (usage) where labels came since that this model has no place for.
    func requireAllLabels() throws {
        guard labels.count - learnedFrom == loaded.planes?.places.names.count ?? 0 else {
            throw TacitError(.usage, file: path, "labels came since: use the model that `following` gave")
        }
    }

    /// Whether a learned label has left its place.
    package var hasEmptyPlaces: Bool { loaded.planes?.places.isTaught.contains(false) ?? false }

    /// Reads the file of learned labels again. What runs already takes over what was taught of the same labels, or
    /// corrected, at its next reading, and is not held up by it.
    ///
    /// - Returns: false where the file has other labels than when the model was opened; nothing is taken over then, which
    ///   takes ``following(_:)``.
    /// - Throws: `TacitError` as when a model is opened with labels; usage for one that was opened without.
    @discardableResult
    public func reloadLabels() throws -> Bool {
        guard let learnedLabels, let planes = loaded.planes else {
            throw TacitError(.usage, file: path, "the model was opened without learned labels")
        }
        return planes.replace(with: try loaded.learnedLabels(in: learnedLabels))
    }

    /// Hertz of the samples that it takes.
    ///
    /// - Throws: `TacitError` (bad data) for a model that does not hear.
    package func sampleRate() throws -> Int {
        try loaded.requireSound()
        return if case .sound(let sampleRate, _) = sense { sampleRate } else { 0 }
    }

    private init(_ loaded: LoadedModel, labels: String?) throws {
        self.loaded = loaded
        learnedLabels = labels
        switch loaded.description.input {
        case .waveform, .logmel:
            let geometry = try SoundGeometry(loaded.description.input)
            sense = .sound(sampleRate: geometry.sampleRate, windowSamples: geometry.samplesPerWindow)
        case .image(let input):
            sense = .pictures(width: input.width, height: input.height, channels: input.channels)
        case .tokens(let input):
            sense = .tokens(vocabulary: input.vocabulary, codebooks: input.codebooks)
        }
    }

    /// Checks every digest, and that all weights are what they may be.
    ///
    /// - Throws: `TacitError` (bad data) for the first fault.
    public func verify() throws { try loaded.file.verify() }
}
