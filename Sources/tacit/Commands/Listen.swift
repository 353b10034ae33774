import ArgumentParser
import Capture
import Diagnostics
import Glibc
import Labelling

/// `tacit listen`: live labels from a stream of sound.
struct Listen: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Label a stream of sound as it comes.",
        usage: "tacit listen [MODEL.gguf] --input FILE|- [OPTIONS]",
        discussion: """
            Prints the labels of each full window of sound: of a sound file, or with --input - of raw signed 16-bit \
            little-endian samples on standard input. Capturing from a microphone is not built yet.
            """)

    @Argument(help: ArgumentHelp("The model.", valueName: "MODEL.gguf"))
    var arguments: [String] = []

    @Option(help: ArgumentHelp("A sound file, or - for raw samples on standard input.", valueName: "FILE|-"))
    var input: String?

    @Option(help: ArgumentHelp("Hertz of standard input, if not the model's.", valueName: "HZ"))
    var rate: Int?

    @Option(help: ArgumentHelp("Channels of standard input; they are averaged.", valueName: "N"))
    var channels: Int?

    @Flag(help: "Let the input pass no faster than it was recorded, instead of as fast as it can be labelled.")
    var realtime = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var labels: LabelOptions
    @OptionGroup var events: EventOptions
    @OptionGroup var hop: HopOption
    @OptionGroup var engine: EngineOptions

    func validate() throws {
        _ = try ModelArgument.only(arguments)
        if input != "-" {
            guard rate == nil, channels == nil else {
                throw ValidationError("--rate and --channels describe raw samples: they go with --input -")
            }
        }
        if let rate, !(1...10_000_000).contains(rate) {
            throw ValidationError("--rate must be from 1 to 10000000 Hz: \(rate)")
        }
        if let channels, !(1...SoundSources.maximumChannels).contains(channels) {
            throw ValidationError("--channels must be from 1 to \(SoundSources.maximumChannels): \(channels)")
        }
    }

    func run() throws {
        try events.settings.validate()
        guard let input else {
            throw TacitError(
                .deviceUnavailable, "capturing from a microphone is not built yet: use --input FILE or --input -")
        }
        let path = try ModelLookup.path(try ModelArgument.only(arguments), default: ModelLookup.sound)
        let model = try LoadedModel(path: path)
        try model.requireLabels()
        try model.requireSound()
        let isLive = realtime || input == "-"
        // Live, patches are not held back for longer than this so that more of them go through the model at once.
        let plan = try model.plan(hop: hop.hop ?? 1, latency: isLive ? 0.25 : nil)
        let labeller = try SoundLabeller(
            model.description, plan: plan, ending: .fullWindows, model: model.session(plan: plan, engine: engine))
        let selection = try LabelSelection(
            labels: model.description.labels, only: events.only, except: events.except)
        let thresholds = model.description.thresholds.map { labels.threshold ?? $0 }
        let geometry = labeller.geometry
        let detector = try EventDetector(
            thresholds: thresholds, watched: selection.indices, settings: events.settings,
            sampleRate: geometry.sampleRate, hop: plan.hop * geometry.samplesPerStride,
            names: model.description.labels)
        let source = try openSource(input, sampleRate: geometry.sampleRate)
        let stream = SoundStream(source: source, labeller: labeller, detector: detector, isPaced: realtime)
        let view = ListenView.Title(
            model: Self.name(model.path), input: input == "-" ? "standard input" : Self.name(input),
            windowSeconds: Double(geometry.samplesPerWindow) / Double(geometry.sampleRate),
            hopSeconds: Double(plan.hop * geometry.samplesPerStride) / Double(geometry.sampleRate),
            runsFree: !isLive, hasWallTime: false)
        // What passes at its own pace goes on whether or not anyone reads; anything else waits.
        try stream.run(
            SoundOutputs.make(
                view, json: output.json, options: labels, labels: model.description.labels, thresholds: thresholds,
                selection: selection, waits: !realtime))
        if !stream.hasReading, !Process.isStopping { try reportShortness(input, labeller) }
    }

    private func openSource(_ input: String, sampleRate: Int) throws -> any SampleSource {
        guard input == "-" else { return try SoundSources.open(path: input, sampleRate: sampleRate) }
        let raw = try RawSource(
            descriptor: STDIN_FILENO, sampleRate: rate ?? sampleRate, channels: channels ?? 1,
            stopDescriptor: Process.stopDescriptor)
        return try SoundSources.resample(raw, to: sampleRate, file: "standard input")
    }

    /// The last part of a path.
    private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Nothing was printed: says why. That is no error, but for a file in which there is nothing.
    private func reportShortness(_ input: String, _ labeller: SoundLabeller) throws {
        guard labeller.position > 0 || input == "-" else { throw TacitError.badData(input, "no samples in it") }
        let geometry = labeller.geometry
        var text = ByteBuffer()
        text.append(Double(labeller.position) / Double(geometry.sampleRate), places: 2)
        text.append(" s of sound, less than one window of ")
        text.append(Double(geometry.samplesPerWindow) / Double(geometry.sampleRate), places: 2)
        text.append(" s: no labels")
        let name = input == "-" ? "standard input" : input
        StandardError.line("\(name): \(String(decoding: text.bytes, as: UTF8.self))")
    }
}
