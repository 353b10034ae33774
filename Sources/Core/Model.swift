import TacitFrontEnd
import TacitLive
import TacitModelFile

/// A model file, mapped and checked. Nothing in it changes: any number of classifiers, listeners and watchers, on any
/// threads, may share one.
public final class Model: Sendable {
    package let loaded: LoadedModel
    /// As it was opened.
    public var path: String { loaded.path }
    /// In the order of every vector of scores or logits. Empty for a model that can only embed.
    public var labels: [String] { loaded.description.labels }
    /// From which score each label holds, 0...1.
    public var thresholds: [Float] { loaded.description.thresholds }
    /// Elements of an embedding.
    public var width: Int { loaded.description.trunk.width }
    public let sense: Sense

    /// - Throws: `TacitError`: no input for a file that can't be opened, bad data for what is no whole model file.
    public convenience init(_ path: String) throws { try self.init(LoadedModel(path: path)) }

    /// From the bytes of a model file, which are copied; `name` is what it is called in errors.
    ///
    /// - Throws: `TacitError` (bad data) for what is no whole model file.
    public convenience init(bytes: UnsafeRawBufferPointer, name: String = "model") throws {
        try self.init(LoadedModel(ModelFile(bytes: bytes, name: name)))
    }

    private init(_ loaded: LoadedModel) throws {
        self.loaded = loaded
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
