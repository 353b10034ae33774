import TacitConsole
import TacitDiagnostics
import TacitLabelling
import TacitLearning
import TacitLive
import TacitMedia
import TacitModelFile
import TacitRecording
import TacitSinks

/// A recorded stream, to be given again: all of it but where its labels go.
struct ReplayedStream {
    /// What a recorded stream is put together from.
    struct Parts {
        let sense: any StreamSense
        let description: StreamDescription
        /// From one reading to the next, in samples or ticks.
        let hop: Int
        /// Says what the recording lacks, if it lacks anything.
        let tellMissed: () -> Void
    }

    private let reader: RecordingReader
    private let model: LoadedModel
    private let engine: EngineSettings
    private let isJSON: Bool
    private let isPaced: Bool

    /// - Parameters:
    ///   - reader: of the recording.
    ///   - path: of the model; nil looks for what the recording names where models are.
    ///   - engine: threads and instruction set.
    ///   - isJSON: whether standard output has lines of JSON.
    ///   - isPaced: whether it passes no faster than it was recorded.
    /// - Throws: `TacitError`: no input where there is no model; bad data for another one than it was recorded with.
    init(
        _ reader: RecordingReader, model path: String?, engine: EngineSettings, isJSON: Bool, isPaced: Bool
    ) throws {
        self.reader = reader
        self.engine = engine
        self.isJSON = isJSON
        self.isPaced = isPaced
        model = try Self.model(path, reader)
    }

    /// - Throws: `TacitError`: bad data for settings that don't go with the model; usage for what is out of range.
    func open() throws -> (stream: LiveStream, parts: Parts) {
        let settings = reader.settings
        let names = model.description.labels
        guard settings.thresholds.count == names.count else {
            throw TacitError.badData(
                reader.name, at: "settings",
                "thresholds for \(settings.thresholds.count) labels, expected \(names.count)")
        }
        let parts =
            switch settings.sense {
            case .sound(let rate, let hop, let gate): try soundParts(sampleRate: rate, hop: hop, gate: gate)
            case .pictures(let ticks): try pictureParts(hop: ticks)
            }
        let rate = parts.description.sampleRate
        let detector = try EventDetector(
            thresholds: settings.thresholds, watched: settings.selected, settings: settings.events,
            sampleRate: rate > 0 ? rate : ImageLabeller.ticksPerSecond, hop: parts.hop, names: names,
            averagedLabels: settings.averagedLabels)
        let stream = LiveStream(
            parts.sense, detector: detector, isPaced: isPaced, stop: Process.stop,
            moments: ReplayedMoments(reader, stop: Process.stop))
        return (stream, parts)
    }

    private func soundParts(sampleRate: Int, hop seconds: Double, gate: Double?) throws -> Parts {
        let plan = try model.plan(hop: seconds, isLive: reader.settings.isLive)
        let labeller = try model.soundLabeller(plan: plan, ending: .fullWindows, gate: gate, engine: engine)
        let geometry = labeller.geometry
        guard geometry.sampleRate == sampleRate else {
            throw TacitError.badData(
                reader.name, at: "settings",
                "sound at \(sampleRate) Hz, where the model wants \(geometry.sampleRate)")
        }
        let (rate, samplesPerWindow) = (Double(sampleRate), Double(geometry.samplesPerWindow))
        let sound = ReplayedSound(reader, sampleRate: sampleRate)
        return Parts(
            sense: SoundSense(source: sound, labeller: labeller),
            description: description(
                .sound(window: samplesPerWindow / rate, hop: plan.hopSeconds), sampleRate: sampleRate),
            hop: plan.hopSamples,
            tellMissed: { [reader] in
                guard sound.missed.gaps > 0 else { return }
                StandardError.line(
                    "\(reader.name): \(Double(sound.missed.samples) / rate) s in \(sound.missed.gaps) gaps "
                        + "could not be recorded in time")
            })
    }

    private func pictureParts(hop: Int) throws -> Parts {
        let labeller = try model.imageLabeller(engine: engine)
        let frames = ReplayedFrames(reader)
        let broken = LogSpeaker()
        return Parts(
            sense: FrameSense(source: frames, labeller: labeller, every: nil) { error in
                broken.line { $0.append(string: error.description) }
            },
            description: description(.pictures),
            hop: hop,
            tellMissed: { [reader] in
                guard frames.missed > 0 else { return }
                StandardError.line("\(reader.name): \(frames.missed) frames could not be recorded in time")
            })
    }

    /// The model that the recording was made with, and the labels that were taught to it.
    ///
    /// - Throws: `TacitError`: no input where there is none; bad data for another one.
    private static func model(_ path: String?, _ reader: RecordingReader) throws -> LoadedModel {
        let settings = reader.settings
        var name = SystemPath.shortName(of: settings.modelName)
        // What a recording names is looked for where models are, and nowhere else.
        if !ModelFileName.isOne(name) || name.hasPrefix(".") {
            name = settings.isSound ? ModelFileName.sound : ModelFileName.image
        }
        let found = try ModelLookup.path(path, default: name)
        var model = try LoadedModel(path: ModelLookup.earlier(found, digest: settings.modelDigest) ?? found)
        guard model.file.digest == settings.modelDigest else {
            throw TacitError.badData(
                reader.name, at: "model",
                "it was recorded with another model than \(model.path) (\(model.file.digest.prefix(16))...): with "
                    + "\(settings.modelName) (\(settings.modelDigest.prefix(16))...), which is to be named")
        }
        try model.requireLabels()
        if settings.isSound { try model.requireSound() } else { try model.requireImages() }
        if !settings.learned.isEmpty {
            do {
                let labels = try settings.learned.withUnsafeBytes { try LabelsFile.labels($0) }
                try model.teach(labels, file: reader.name)
            } catch let error as TacitError {
                throw error.inFile(reader.name)
            }
        }
        return model
    }

    private func description(_ sense: StreamDescription.Sense, sampleRate: Int = 0) -> StreamDescription {
        let settings = reader.settings
        var description = StreamDescription(
            model: SystemPath.shortName(of: model.path), input: settings.input, source: settings.source, sense: sense,
            sampleRate: sampleRate, labels: model.description.labels,
            learnedFrom: model.model.description.labels.count, thresholds: settings.thresholds,
            selected: settings.selected, top: settings.top, showFrom: settings.showFrom,
            hasLogits: settings.hasLogits, isJSON: isJSON, isDevice: false, runsFree: !isPaced,
            waitsForReaders: !isPaced)
        description.now = { [clock = reader.clock] in clock.time }
        return description
    }
}
