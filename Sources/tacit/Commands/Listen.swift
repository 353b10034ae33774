import ArgumentParser
import TacitDevices
import TacitLabelling
import TacitMedia
import TacitSinks

/// `tacit listen`: live labels from a stream of sound.
struct Listen: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen",
        abstract: "Label a stream of sound as it comes.",
        usage: "tacit listen [MODEL.gguf] [--device NAME | --input FILE|- | --command 'CMD ARG...'] [OPTIONS]",
        discussion: """
            Prints the labels of each full window of sound: from a microphone, of a sound file, or with --input - of \
            standard input: WAV, FLAC, Ogg or MP3, known by its first bytes, or raw signed 16-bit little-endian \
            samples; with --command of what a program writes, in the same formats.
            """)

    @Argument(help: ArgumentHelp("The model.", valueName: "MODEL.gguf"))
    var arguments: [String] = []

    @Option(
        help: ArgumentHelp(
            "The microphone: a name of ALSA's, a card's id, or an id that 'tacit devices' shows (default: default).",
            valueName: "NAME"))
    var device: String?

    @OptionGroup var waits: WaitOptions

    @Option(help: ArgumentHelp("A sound file, or - for a sound or raw samples on standard input.", valueName: "FILE|-"))
    var input: String?

    @OptionGroup var source: SourceCommandOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Hertz of raw samples, if not the model's.", valueName: "HZ"),
        transform: { text -> Int in
            // A picture's rate, by the same key of settings, may be any number.
            guard let rate = Int(text) else { throw ValidationError("expected a whole number of hertz") }
            return rate
        })
    var rate: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Channels of raw samples; they are averaged.", valueName: "N"))
    var channels: Int?

    @Flag(help: "Take standard input, or what a program writes, for raw samples even if it looks like a sound file.")
    var raw = false

    @Flag(help: "Let the input pass no faster than it was recorded, instead of as fast as it can be labelled.")
    var realtime = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Ask the model only while it is louder than this, in decibels of full scale (-45, say), and a second "
                + "longer.",
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
        if input != nil, device != nil || waits.isGiven {
            throw ValidationError("--device, --wait and --wait-lost choose a microphone: they don't go with --input")
        }
        if source.command != nil, input != nil || device != nil {
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
                "--gate must be from \(Int(LoudnessGate.limits.lowerBound)) to \(Int(LoudnessGate.limits.upperBound)) "
                    + "dB: \(gate)"
            )
        }
        if let rate, !SoundSources.rates.contains(rate) {
            let limits = SoundSources.rates
            throw ValidationError("--rate must be from \(limits.lowerBound) to \(limits.upperBound) Hz: \(rate)")
        }
        if let channels, !(1...SoundSources.maximumChannels).contains(channels) {
            throw ValidationError("--channels must be from 1 to \(SoundSources.maximumChannels): \(channels)")
        }
    }

    func run() throws { try runAlone(try ModelArgument.only(arguments)) }

    /// What is heard: a program, where it is one, or what else the options name.
    func soundInput(_ program: CommandSource?) -> ListenInput {
        if let program { return .command(program, rate: rate, channels: channels, isRaw: raw) }
        return switch input {
        case nil: .microphone(device, waits)
        case "-": .standard(rate: rate, channels: channels, isRaw: raw)
        case let path?: .file(path)
        }
    }
}
