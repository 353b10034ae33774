import ArgumentParser
import TacitConsole
import TacitDiagnostics
import TacitLabelling
import TacitLearning
import TacitLive
import TacitMedia
import TacitModelFile
import TacitRecording
import TacitSinks

/// `tacit replay`: a recorded stream again.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Give the lines of a recorded stream again, byte for byte.",
        usage: "tacit replay [MODEL.gguf] IN [OPTIONS]",
        discussion: """
            IN is what tacit record wrote, or - for standard input. The model must be the very one; without \
            MODEL.gguf, one of its name is looked for where models are. A recording that is cut off or damaged replays \
            up to there; one line says so, and the exit status is 65.
            """)

    @Argument(help: ArgumentHelp("The model, and the recording.", valueName: "MODEL.gguf IN"))
    var arguments: [String] = []

    @Flag(help: "Let it pass no faster than it was recorded, instead of as fast as it can be labelled.")
    var realtime = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var sinks: SinkOptions
    @OptionGroup var engine: EngineOptions

    func validate() throws {
        _ = try paths()
        guard sinks.name == nil else { throw ValidationError("--name: the recording has the name that was given") }
        guard !sinks.takesCorrections else {
            throw ValidationError("--mqtt-commands and --http-token-file teach labels: they don't go with a recording")
        }
        _ = try sinks.wishes
    }

    private func paths() throws -> (model: String?, recording: String) {
        let (model, rest) = try ModelArgument.withPaths(arguments, purpose: "replay")
        guard rest.count == 1 else {
            throw ValidationError("Unexpected argument '\(rest[1])': one recording at a time.")
        }
        return (model, rest[0])
    }

    func run() throws {
        let paths = try paths()
        let reader = try RecordingReader(path: paths.recording)
        do {
            try replay(reader, try model(paths.model, reader))
        } catch let error as TacitError where error.kind == .usage {
            // What is out of range was not asked for by the command line, so it stands in the recording.
            throw TacitError.badData(reader.name, at: "settings", error.reason)
        }
    }

    /// What a recorded stream is put together from.
    private struct Parts {
        let sense: any StreamSense
        let description: StreamDescription
        /// From one reading to the next, in samples or ticks.
        let hop: Int
        /// Says what the recording lacks, if it lacks anything.
        let tellMissed: () -> Void
    }

    private func replay(_ reader: RecordingReader, _ model: LoadedModel) throws {
        let settings = reader.settings
        let names = model.description.labels
        guard settings.thresholds.count == names.count else {
            throw TacitError.badData(
                reader.name, at: "settings",
                "thresholds for \(settings.thresholds.count) labels, expected \(names.count)")
        }
        let parts: Parts
        switch settings.sense {
        case .sound(let rate, let hop, let gate):
            parts = try soundParts(reader, model, sampleRate: rate, hop: hop, gate: gate)
        case .pictures(let ticks): parts = try pictureParts(reader, model, hop: ticks)
        }
        let rate = parts.description.sampleRate
        let detector = try EventDetector(
            thresholds: settings.thresholds, watched: settings.selected, settings: settings.events,
            sampleRate: rate > 0 ? rate : ImageLabeller.ticksPerSecond, hop: parts.hop, names: names,
            averagedLabels: settings.averagedLabels)
        let stream = LiveStream(
            parts.sense, detector: detector, isPaced: realtime, stop: Process.stop,
            moments: ReplayedMoments(reader, stop: Process.stop))
        let sink = try SinkTable.open(sinks.wishes, sinks.settings, parts.description)
        Process.stopInOrder()
        Process.hasStarted()
        do {
            try stream.run(sink)
        } catch {
            parts.tellMissed()
            throw error
        }
        parts.tellMissed()
        guard !Process.stop.isStopping else { return }
        try reader.finish()
        if case .error(let text) = reader.ending { StandardError.line("\(reader.name): it ended with: \(text)") }
    }

    private func soundParts(
        _ reader: RecordingReader, _ model: LoadedModel, sampleRate: Int, hop seconds: Double, gate: Double?
    ) throws -> Parts {
        let plan = try model.plan(hop: seconds, isLive: reader.settings.isLive)
        let labeller = try SoundLabeller(
            model.description, plan: plan, ending: .fullWindows,
            model: model.taught(model.session(plan: plan, engine: engine.settings)), gate: gate,
            instructionSet: engine.instructionSet)
        let geometry = labeller.geometry
        guard geometry.sampleRate == sampleRate else {
            throw TacitError.badData(
                reader.name, at: "settings",
                "sound at \(sampleRate) Hz, where the model wants \(geometry.sampleRate)")
        }
        let hop = plan.hop * geometry.samplesPerStride
        let (rate, samplesPerWindow) = (Double(sampleRate), Double(geometry.samplesPerWindow))
        let sound = ReplayedSound(reader, sampleRate: sampleRate)
        return Parts(
            sense: SoundSense(source: sound, labeller: labeller),
            description: description(
                reader, model, .sound(window: samplesPerWindow / rate, hop: Double(hop) / rate),
                sampleRate: sampleRate),
            hop: hop,
            tellMissed: {
                guard sound.missed.gaps > 0 else { return }
                StandardError.line(
                    "\(reader.name): \(Double(sound.missed.samples) / rate) s in \(sound.missed.gaps) gaps "
                        + "could not be recorded in time")
            })
    }

    private func pictureParts(_ reader: RecordingReader, _ model: LoadedModel, hop: Int) throws -> Parts {
        let labeller = try ImageLabeller(
            model.description, model: model.taught(model.imageSession(engine: engine.settings)))
        let frames = ReplayedFrames(reader)
        return Parts(
            sense: FrameSense(source: frames, labeller: labeller, every: nil) { error in
                Log.shared.line { $0.append(string: error.description) }
            },
            description: description(reader, model, .pictures),
            hop: hop,
            tellMissed: {
                guard frames.missed > 0 else { return }
                StandardError.line("\(reader.name): \(frames.missed) frames could not be recorded in time")
            })
    }

    /// The model that the recording was made with, and the labels that were taught to it.
    ///
    /// - Throws: `TacitError`: no input where there is none; bad data for another one.
    private func model(_ path: String?, _ reader: RecordingReader) throws -> LoadedModel {
        let settings = reader.settings
        var name = SystemPath.shortName(of: settings.modelName)
        // What a recording names is looked for where models are, and nowhere else.
        if !name.hasSuffix(".gguf") || name.hasPrefix(".") {
            name = settings.isSound ? ModelLookup.sound : ModelLookup.image
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

    private func description(
        _ reader: RecordingReader, _ model: LoadedModel, _ sense: StreamDescription.Sense, sampleRate: Int = 0
    ) -> StreamDescription {
        let settings = reader.settings
        return StreamDescription(
            model: SystemPath.shortName(of: model.path), input: settings.input, source: settings.source, sense: sense,
            sampleRate: sampleRate, labels: model.description.labels,
            learnedFrom: model.model.description.labels.count, thresholds: settings.thresholds,
            selected: settings.selected, top: settings.top, showFrom: settings.showFrom,
            hasLogits: settings.hasLogits, isJSON: output.json, isDevice: false, runsFree: !realtime, waits: !realtime)
    }
}
