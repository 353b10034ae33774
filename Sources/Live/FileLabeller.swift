import Glibc
import TacitDiagnostics
import TacitFrontEnd
import TacitLabelling
import TacitMedia
import TacitModelFile

/// Runs a model over files, one after another, whatever the sense.
package final class FileLabeller {
    private enum Sense {
        case sound(SoundLabeller, sampleRate: Int)
        case tokens(TokenLabeller)
        case pictures(ImageLabeller, PictureFileReader)
    }

    private let sense: Sense
    private let average = ReadingAverage()
    private let samples: UnsafeMutableBufferPointer<Float>
    /// What was lost of the last sound.
    private var damage = SoundDamage()

    /// - Parameters:
    ///   - model: shared with whoever else runs it.
    ///   - hop: seconds from one window to the next; nil for the plan's own.
    ///   - engine: threads and instruction set.
    ///   - learning: whether embeddings are to be what labels are learned by, of which a model without labels of its own
    ///     has some too.
    /// - Throws: `TacitError` for a model whose input this program can't make.
    package init(
        _ model: LoadedModel, hop: Double?, engine: EngineSettings, learning: Bool = false
    ) throws {
        switch model.description.input.sense {
        case .sound:
            let labeller = try model.soundLabeller(
                plan: model.plan(hop: hop), ending: .lastWindow, engine: engine, learning: learning)
            sense = .sound(labeller, sampleRate: labeller.geometry.sampleRate)
        case .tokens:
            guard hop == nil else { throw TacitError(.usage, "a hop is in seconds, and tokens have no time") }
            guard !learning else {
                throw TacitError.badData(model.path, at: "input", "a model of tokens learns no labels")
            }
            let session = try model.session(contexts: 1, rows: model.description.rowsAtOnce, engine: engine)
            sense = .tokens(try TokenLabeller(session: session))
        case .pictures:
            guard hop == nil else { throw TacitError(.usage, "a hop is in seconds, and pictures have no time") }
            let labeller = try model.imageLabeller(engine: engine, learning: learning)
            sense = .pictures(labeller, try PictureFileReader())
        }
        samples = .allocate(capacity: 4096)
        samples.initialize(repeating: 0)
    }

    /// What stands in a model's place is given its patches, in contexts as the model itself has them by default.
    ///
    /// - Parameters:
    ///   - description: of the model.
    ///   - model: with as many contexts as its windows overlap.
    /// - Throws: `TacitError` for a model whose input this program can't make.
    package init(_ description: ModelDescription, model: any PatchModel) throws {
        switch description.input.sense {
        case .sound:
            let labeller = try SoundLabeller(
                description, plan: WindowPlan(description), ending: .lastWindow, model: model)
            sense = .sound(labeller, sampleRate: labeller.geometry.sampleRate)
        case .pictures: sense = .pictures(try ImageLabeller(description, model: model), try PictureFileReader())
        case .tokens: throw TacitError(.badData, "tokens have no front end")
        }
        samples = .allocate(capacity: 4096)
        samples.initialize(repeating: 0)
    }

    deinit { samples.deallocate() }

    /// The file as a whole: the average over its windows.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - eachWindow: told of each on the way; nil for none.
    /// - Throws: `TacitError` naming the file.
    package func read(_ path: String, eachWindow: ((FileReading) -> Void)? = nil) throws -> FileReading {
        average.removeAll()
        try run(path) {
            average.add($0)
            eachWindow?(FileReading($0, hasTime: hasTime))
        }
        var reading = FileReading(average, hasTime: hasTime)
        reading.damage = damage
        return reading
    }

    /// One picture of a data set.
    ///
    /// - Throws: `TacitError` (bad data) for a model that does not see, or whose scores are no numbers.
    package func read(_ picture: PixelView, path: String) throws -> FileReading {
        guard case .pictures(let labeller, _) = sense else {
            throw TacitError.badData(path, "a picture, which the model does not take")
        }
        average.removeAll()
        try labeller.label(picture) {
            try $0.requireNumbers()
            average.add($0)
        }
        return FileReading(average, hasTime: false)
    }

    /// Samples from anywhere, at any rate, until their end.
    ///
    /// - Throws: `TacitError`: bad data for a model that does not hear, for no samples, and for a rate that can't be converted;
    ///   what the source throws.
    package func read(_ source: any SampleSource) throws -> FileReading {
        guard case .sound(let labeller, let sampleRate) = sense else {
            throw TacitError(.badData, "a sound, which the model does not take")
        }
        average.removeAll()
        labeller.reset()
        try run(SoundSources.resample(source, to: sampleRate), labeller) { average.add($0) }
        guard average.count > 0 else { throw TacitError(.badData, "no samples in it") }
        var reading = FileReading(average, hasTime: true)
        reading.damage = damage
        return reading
    }

    /// The file window by window.
    ///
    /// - Throws: `TacitError` naming the file.
    package func windows(of path: String) throws -> [FileReading] {
        var readings: [FileReading] = []
        try run(path) { readings.append(FileReading($0, hasTime: hasTime)) }
        for index in readings.indices { readings[index].damage = damage }
        return readings
    }

    private var hasTime: Bool {
        if case .sound = sense { true } else { false }
    }

    private func run(_ path: String, _ body: (Reading) -> Void) throws {
        var count = 0
        damage = SoundDamage()
        do {
            switch sense {
            case .sound(let labeller, let sampleRate):
                let source =
                    try path == StandardInput.path
                    ? SoundSources.open(
                        descriptor: STDIN_FILENO, name: StandardInput.name, sampleRate: sampleRate)
                    : SoundSources.open(path: path, sampleRate: sampleRate)
                labeller.reset()
                try run(source, labeller) {
                    count += 1
                    body($0)
                }
            case .pictures(let labeller, let reader):
                try reader.read(path)
                try labeller.label(PixelView(reader.frame)) {
                    try $0.requireNumbers()
                    count += 1
                    body($0)
                }
            case .tokens(let labeller):
                let file = try TokenFile(
                    path: path, vocabulary: labeller.input.vocabulary, codebooks: labeller.input.codebooks)
                try labeller.label(file.tokens) {
                    try $0.requireNumbers()
                    count += 1
                    body($0)
                }
            }
        } catch let error as TacitError {
            throw error.inFile(StandardInput.shownName(path))
        }
        guard count > 0 else { throw TacitError.badData(StandardInput.shownName(path), "no samples in it") }
    }

    private func run(_ source: any SampleSource, _ labeller: SoundLabeller, _ body: (Reading) -> Void) throws {
        func take(_ reading: Reading) throws {
            try reading.requireNumbers()
            body(reading)
        }
        while true {
            switch try source.read(into: samples) {
            case .samples(let count):
                try labeller.push(UnsafeBufferPointer(rebasing: samples[..<count]), take)
            case .gap(let gap):
                labeller.skip(samples: gap.samples)
            case .end:
                damage = source.damage
                return try labeller.finish(take)
            }
        }
    }
}
