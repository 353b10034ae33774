import ArgumentParser
import TacitMedia

/// `tacit watch`: live labels from a stream of frames.
struct Watch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Label pictures as they come, from a camera, files or standard input.",
        usage: "tacit watch [MODEL.gguf] [--device NAME | --input FILE|DIR|- | --command 'CMD ARG...'] [OPTIONS]",
        discussion: """
            Without --input, a camera is watched: the first one, or the one that --device names as tacit devices does \
            or by its path in /dev. When the model is slower than the camera, the newest frame is labelled and the \
            others are counted as dropped. --input takes a PNG, JPEG, WebP or GIF picture, a folder of them, or with - \
            a stream on standard input: JPEG pictures one behind the other (Motion JPEG), or raw frames with --size \
            and --format (\(PixelFormat.allCases.map(\.rawValue).joined(separator: ", "))); a pipe that has a name is \
            read the same way, and a file if these are given or its name ends in .mjpeg. --command watches what a \
            program writes, in the same formats.
            """)

    @Argument(help: ArgumentHelp("The model.", valueName: "MODEL.gguf"))
    var arguments: [String] = []

    @OptionGroup(title: "Input") var input: FrameOptions
    @OptionGroup(title: "Input") var naming: NameOption
    @OptionGroup(title: "Labels") var learned: LearnedLabelsOption
    @OptionGroup(title: "Labels") var labels: LabelOptions
    @OptionGroup(title: "Events") var events: EventOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup var sinks: SinkOptions<SinksInUse>
    @OptionGroup var engine: EngineOptions

    func validate() throws {
        _ = try ModelArgument.only(arguments)
        try sinks.validate(labels: learned.path)
    }

    func run() throws { try runAlone(try ModelArgument.only(arguments)) }
}
