import ArgumentParser
import TacitConsole
import TacitLive

/// `tacit classify`: labels files.
struct Classify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify",
        abstract: "Label files.",
        usage: "tacit classify [MODEL.gguf] PATH... [OPTIONS]",
        discussion: """
            Sound files of any rate and any number of channels (WAV, FLAC, Ogg, MP3, ...), averaged over windows as \
            long as the model's. A model of images takes PNG, JPEG, WebP and GIF pictures, and folders of them. A \
            model of tokens takes JSON Lines (.jsonl, an array of ids a line) or raw little-endian 16-bit ids. A PATH \
            of - is one file on standard input.
            """)

    @Argument(help: ArgumentHelp("The model, then the files.", valueName: "MODEL.gguf> <PATH"))
    var arguments: [String] = []

    @OptionGroup var output: OutputOptions
    @OptionGroup var learned: LearnedLabelsOption
    @OptionGroup var labels: LabelOptions
    @OptionGroup var hop: HopOption
    @OptionGroup var engine: EngineOptions

    @Flag(help: "Show every window by itself instead of their average.")
    var windows = false

    func validate() throws {
        _ = try ModelArgument.withPaths(arguments, purpose: "label")
    }

    func run() throws {
        let (given, named) = ModelArgument.split(arguments)
        let path = try ModelLookup.path(
            given, default: ModelLookup.defaultName(forFirst: named.first), taughtBy: learned.path)
        let model = try LoadedModel(path: path, labels: learned.path)
        try model.requireLabels()
        let paths = FileRun.expanded(named, model)
        let labeller = try FileLabeller(model, hop: hop.hop, engine: engine.settings)
        let names = model.description.labels
        let sink: any ClassifyOutput =
            if output.json {
                JSONClassifyOutput(
                    labels: names, learnedFrom: model.model.description.labels.count, options: labels)
            } else if Terminal.shared.isTerminal {
                ClassifyView(
                    paths: paths, labels: names, thresholds: model.description.thresholds, options: labels,
                    hasSpans: windows)
            } else {
                PlainClassifyOutput(labels: names, options: labels, hasSpans: windows)
            }
        try FileRun.run(paths, labeller: labeller, windows: windows, output: sink)
    }
}
