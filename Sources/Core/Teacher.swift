import TacitDiagnostics
import TacitFrontEnd
import TacitLearning
import TacitLive
import TacitMedia

/// Teaches a model labels that it did not have, and corrects those that it says wrongly, as `tacit learn` does. Used by
/// one thread at a time.
///
/// All that is taught stands in one file beside the model. Each call reads that file, changes it and replaces it whole,
/// while others who would change it wait: what two teach at once both stays.
public final class Teacher {
    /// To which labels are taught.
    public let model: Model
    /// The file, which a first label makes.
    public let path: String
    private let maker: ExampleMaker
    private let base: TaughtBase
    /// What was lost of the file that was read last.
    package private(set) var damage = SoundDamage()

    /// What the examples of a call are:
    ///
    /// - `.label(name)`: of a label, old or new.
    /// - `.not(name)`: what that label, a learned one or the model's own, should not have been said of.
    /// - `.background`: what the place sounds or looks like when nothing happens.
    public typealias Purpose = TeachingPurpose

    /// A label that was learned, or one of the model's that was corrected.
    public struct Taught: Equatable, Sendable {
        /// As it was taught, or as the model calls it.
        public let name: String
        /// How many it was learned from; 0 for one of the model's own.
        public let examples: Int
        /// How many examples of what it should not be said of.
        public let corrections: Int
        /// Whether it was learned.
        public let isLearned: Bool
    }

    /// - Parameters:
    ///   - model: to be taught.
    ///   - labels: the file of learned labels; it need not be there yet.
    ///   - keepsClips: whether the sounds and pictures themselves are kept, so that another model can be taught by
    ///     them.
    ///   - threads: to compute with, 1...256. It changes no result.
    /// - Throws: `TacitError`: bad data for a model of tokens, usage for numbers out of range.
    public init(_ model: Model, labels: String, keepsClips: Bool = true, threads: Int = 1) throws {
        guard !labels.isEmpty else { throw TacitError(.usage, "the path of the labels is empty") }
        self.model = model
        path = labels
        base = try model.loaded.base
        maker = try ExampleMaker(model.loaded, engine: EngineSettings(threads: threads), keepsClips: keepsClips)
    }

    /// What the file holds now; nothing where there is none yet.
    ///
    /// - Throws: `TacitError` (bad data) for a broken file or labels of another model.
    public func taught() throws -> [Taught] {
        let labels = try model.loaded.learnedLabels(ifAnyIn: path)
        return labels.labels.map { label in
            Taught(
                name: label.name, examples: label.examples.count,
                corrections: labels.corrections.first { $0.name == label.name }?.examples.count ?? 0, isLearned: true)
        }
            + labels.corrections.filter { labels.index(of: $0.name) == nil }.map {
                Taught(name: $0.name, examples: 0, corrections: $0.examples.count, isLearned: false)
            }
    }

    /// Files, one example each; of a long sound its loudest part, of a long background pieces of all of it. None is
    /// learned unless all can be read.
    ///
    /// - Throws: `TacitError` naming the file that can't be read; usage for a name that can't be one or is not there to
    ///   be corrected, no files at all, and beyond the limits; bad data for labels of another model, and for a sound of
    ///   which nothing is heard, but as a background; an output error for a file that can't be written.
    public func teach(_ purpose: Purpose, files: [String]) throws {
        guard !files.isEmpty else { throw TacitError(.usage, "no files to learn from") }
        try change(purpose) { background in
            try files.flatMap {
                damage = SoundDamage()
                let path = SystemPath.ofFile($0)
                let material = try maker.material(of: path, isBackground: purpose.isBackground)
                if case .sound(_, _, let damage, _) = material { self.damage = damage }
                return try maker.examples(
                    of: material, from: path, background: background, isBackground: purpose.isBackground)
            }
        }
    }

    /// A sound of any rate.
    ///
    /// - Throws: `TacitError` as for files; bad data for no samples, a sample that is no number or beyond -64...64
    ///   (integers that were not divided), a rate that can't be converted, or a model that does not hear; usage for a
    ///   rate out of range.
    public func teach(_ purpose: Purpose, _ sound: Sound) throws {
        try sound.samples.withUnsafeBufferPointer { try teach(purpose, samples: $0, sampleRate: sound.sampleRate) }
    }

    /// The same of samples in somebody's memory.
    ///
    /// - Parameters:
    ///   - purpose: what they are examples of.
    ///   - samples: mono, -1...1; read during the call.
    ///   - sampleRate: hertz; what is not the model's is converted.
    /// - Throws: `TacitError` as for a sound.
    public func teach(_ purpose: Purpose, samples: UnsafeBufferPointer<Float>, sampleRate: Int) throws {
        try model.loaded.requireSound()
        let source = try FedSource(sampleRate: sampleRate)
        try source.feed(samples)
        source.finish()
        let heard = try SoundSources.resample(source, to: maker.sampleRate).samples(atMost: .max)
        guard !heard.isEmpty else { throw TacitError(.badData, "no samples in it") }
        try change(purpose) { background in
            try maker.examples(
                of: .sound(heard, sampleRate: maker.sampleRate, damage: SoundDamage(), leftOut: false),
                background: background, isBackground: purpose.isBackground)
        }
    }

    /// A picture of any size.
    ///
    /// - Throws: `TacitError` as for files; bad data for a model that does not see.
    public func teach(_ purpose: Purpose, _ picture: Picture) throws {
        guard try picture.withView({ try teach(purpose, $0) }) != nil else {
            throw TacitError(.badData, "a picture without pixels")
        }
    }

    package func teach(_ purpose: Purpose, _ picture: PixelView) throws {
        try model.loaded.requireImages()
        try change(purpose) { _ in [maker.example(of: picture, isBackground: purpose.isBackground)] }
    }

    /// A learned label with its corrections, or what one of the model's own was corrected or is held back by.
    ///
    /// - Throws: `TacitError` (usage) where there is none of that name, and as `teach` does.
    public func forget(_ name: String) throws { try model.loaded.change(labelsIn: path) { try $0.forget(name, base) } }

    /// - Throws: `TacitError` (usage) where there is no such learned label, or one of the new name; as `teach` does.
    public func rename(_ name: String, to newName: String) throws {
        try model.loaded.change(labelsIn: path) { try $0.rename(name, to: newName, base) }
    }

    private func change(_ purpose: Purpose, _ examples: ([Example]) throws -> [Example]) throws {
        try model.loaded.change(labelsIn: path) { labels in
            _ = try purpose.apply(examples(labels.background), to: &labels, base)
        }
    }
}
