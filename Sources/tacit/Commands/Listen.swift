import ArgumentParser
import Glibc
import TacitConsole
import TacitDevices
import TacitDiagnostics
import TacitLabelling
import TacitLive
import TacitMedia
import TacitRecording
import TacitSinks
import TacitText

/// `tacit listen`: live labels from a stream of sound.
struct Listen: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen",
        abstract: "Label a stream of sound as it comes.",
        usage: "tacit listen [MODEL.gguf] [--device NAME | --input FILE|- | --command 'CMD ARG...'] [OPTIONS]",
        discussion: """
            Prints the labels of each full window of sound: from a microphone, of a sound file, or with --input - of \
            standard input: WAV, FLAC, Ogg or MP3, known by its first bytes, or raw signed 16-bit little-endian samples; \
            with --command of what a program writes, in the same formats.
            """)

    @Argument(help: ArgumentHelp("The model.", valueName: "MODEL.gguf"))
    var arguments: [String] = []

    @OptionGroup var microphone: MicrophoneOptions

    @Option(help: ArgumentHelp("A sound file, or - for a sound or raw samples on standard input.", valueName: "FILE|-"))
    var input: String?

    @OptionGroup var source: SourceCommandOptions

    @Option(help: ArgumentHelp("Hertz of raw samples, if not the model's.", valueName: "HZ"))
    var rate: Int?

    @Option(help: ArgumentHelp("Channels of raw samples; they are averaged.", valueName: "N"))
    var channels: Int?

    @Flag(help: "Take standard input, or what a program writes, for raw samples even if it looks like a sound file.")
    var raw = false

    @Flag(help: "Let the input pass no faster than it was recorded, instead of as fast as it can be labelled.")
    var realtime = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Ask the model only while it is louder than this, in decibels of full scale (-45, say), and a second longer.",
            valueName: "DB"))
    var gate: Double?

    @OptionGroup var output: OutputOptions
    @OptionGroup var learned: LearnedLabelsOption
    @OptionGroup var labels: LabelOptions
    @OptionGroup var events: EventOptions
    @OptionGroup var sinks: SinkOptions
    @OptionGroup var hop: HopOption
    @OptionGroup var engine: EngineOptions

    func validate() throws {
        try sinks.validate(labels: learned.path)
        _ = try ModelArgument.only(arguments)
        if input != nil, microphone.isGiven {
            throw ValidationError("--device, --wait and --wait-lost choose a microphone: they don't go with --input")
        }
        if source.command != nil, input != nil || microphone.device != nil {
            throw ValidationError("--command is a source of its own: it doesn't go with --device or --input")
        }
        if input == nil, realtime {
            throw ValidationError("--realtime paces a file or standard input: it goes with --input")
        }
        if input != "-", source.command == nil {
            guard rate == nil, channels == nil, !raw else {
                throw ValidationError(
                    "--raw, --rate and --channels are about raw samples: they go with --input - and --command")
            }
        }
        if let gate, !LoudnessGate.limits.contains(gate) {
            throw ValidationError(
                "--gate must be from \(Int(LoudnessGate.limits.lowerBound)) to \(Int(LoudnessGate.limits.upperBound)) dB: \(gate)")
        }
        if let rate, !(1...10_000_000).contains(rate) {
            throw ValidationError("--rate must be from 1 to 10000000 Hz: \(rate)")
        }
        if let channels, !(1...SoundSources.maximumChannels).contains(channels) {
            throw ValidationError("--channels must be from 1 to \(SoundSources.maximumChannels): \(channels)")
        }
    }

    func run() throws { try run(recording: nil) }

    /// - Parameter recording: where the stream is recorded to, if it is.
    func run(recording: RecordingWish?) throws {
        try events.settings().validate()
        let program = try source.source(wait: microphone.wait, waitLost: microphone.waitLost)
        defer { program?.endAndTell() }
        let input = soundInput(program)
        let path = try ModelLookup.path(try ModelArgument.only(arguments), default: ModelLookup.sound)
        let model = try FollowedLabels.load(path, labels: learned.path, isTaught: sinks.takesCorrections)
        try model.requireLabels()
        try model.requireSound()
        let isLive = realtime || input.isLive
        let plan = try model.plan(hop: hop.hop ?? 1, isLive: isLive)
        let labeller = try SoundLabeller(
            model.description, plan: plan, ending: .fullWindows,
            model: model.taught(model.session(plan: plan, engine: engine.settings)),
            gate: gate, instructionSet: engine.instructionSet)
        let selection = try LabelSelection(
            labels: model.description.labels, only: events.only, except: events.except)
        let thresholds = model.description.thresholds.map { labels.threshold ?? $0 }
        let geometry = labeller.geometry
        let detector = try EventDetector(
            thresholds: thresholds, watched: selection.indices, settings: events.settings(model.description.events),
            sampleRate: geometry.sampleRate, hop: plan.hop * geometry.samplesPerStride,
            names: model.description.labels)
        let hopSeconds = Double(plan.hop * geometry.samplesPerStride) / Double(geometry.sampleRate)
        let sound = try input.open(sampleRate: geometry.sampleRate, hop: hopSeconds)
        try Process.checkStop()
        var description = StreamDescription(
            model: PathName.last(model.path), input: PathName.last(input.name), source: sinks.name,
            sense: .sound(window: Double(geometry.samplesPerWindow) / Double(geometry.sampleRate), hop: hopSeconds),
            sampleRate: geometry.sampleRate,
            labels: model.description.labels, learnedFrom: model.model.description.labels.count,
            thresholds: thresholds, selected: selection.indices,
            top: labels.top, showFrom: labels.threshold, hasLogits: labels.logits, isJSON: output.json,
            isDevice: input.isDevice, runsFree: !isLive,
            // What passes at its own pace goes on whether or not anyone reads; anything else waits.
            waits: !(realtime || input.isDevice))
        let recorder = try recording?.recorder(
            .sound(sampleRate: geometry.sampleRate, hop: hop.hop ?? 1, gate: gate), model, description,
            events: events.settings(model.description.events), isLive: isLive)
        // The labels of a recording stay what they were when it began.
        if recorder == nil {
            FollowedLabels.follow(model, labels: learned.path, engine: engine.settings, &description)
        }
        let stream = LiveStream(
            SoundSense(source: recorder.map { RecordedSound(sound, $0) } ?? sound, labeller: labeller),
            detector: detector, isPaced: realtime, stop: Process.stop, moments: recorder)
        let sink = try SinkTable.open(sinks.wishes, sinks.settings, description)
        Process.stopInOrder()
        Process.hasStarted()
        try run(stream, sink, recorder)
        if !sound.damage.isNone {
            StandardError.line(TacitError.badData(input.name, "\(sound.damage)").description)
        }
        if !stream.hasReading, !Process.stop.isStopping { try reportShortness(input, labeller) }
    }

    private func soundInput(_ program: CommandSource?) -> ListenInput {
        if let program { return .command(program, rate: rate, channels: channels, isRaw: raw) }
        return switch input {
        case nil: .microphone(microphone)
        case "-": .standard(rate: rate, channels: channels, isRaw: raw)
        case let path?: .file(path)
        }
    }

    /// Nothing was printed: says why. That is no error, but for a file in which there is nothing.
    private func reportShortness(_ input: ListenInput, _ labeller: SoundLabeller) throws {
        guard labeller.position > 0 || input.isLive else { throw TacitError.badData(input.name, "no samples in it") }
        let geometry = labeller.geometry
        var text = ByteBuffer()
        text.append(Double(labeller.position) / Double(geometry.sampleRate), places: 2)
        text.append(" s of sound, less than one window of ")
        text.append(Double(geometry.samplesPerWindow) / Double(geometry.sampleRate), places: 2)
        text.append(" s: no labels")
        StandardError.line("\(input.name): \(String(decoding: text.bytes, as: UTF8.self))")
    }
}
