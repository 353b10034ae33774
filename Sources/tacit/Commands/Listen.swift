import ArgumentParser

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

    @OptionGroup(title: "Input") var input: SoundOptions
    @OptionGroup(title: "Input") var naming: NameOption
    @OptionGroup(title: "Labels") var learned: LearnedLabelsOption
    @OptionGroup(title: "Labels") var labels: LabelOptions
    @OptionGroup(title: "Labels") var hop: HopOption
    @OptionGroup(title: "Events") var events: EventOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup var sinks: SinkOptions<SinksInUse>
    @OptionGroup var engine: EngineOptions

    func validate() throws {
        try sinks.validate(labels: learned.path)
        _ = try ModelArgument.only(arguments)
    }

    func run() throws { try runAlone(try ModelArgument.only(arguments)) }
}
