import ArgumentParser
import TacitLive

/// `tacit embed`: the pooled vector instead of labels.
struct Embed: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed",
        abstract: "Print what the model makes of files, as a vector, before any label.",
        usage: "tacit embed [MODEL.gguf] PATH... [OPTIONS]",
        discussion: "Takes the files that classify takes. The vector is the input of the model's head.")

    @Argument(help: ArgumentHelp("The model, then the files.", valueName: "MODEL.gguf> <PATH"))
    var arguments: [String] = []

    @OptionGroup var output: OutputOptions
    @OptionGroup var hop: HopOption
    @OptionGroup var engine: EngineOptions

    @Flag(help: "Show every window by itself instead of their average.")
    var windows = false

    @Flag(help: "Print what labels are learned by, of length 1 a window, instead of the head's input.")
    var learning = false

    func validate() throws {
        _ = try ModelArgument.withPaths(arguments, purpose: "embed")
    }

    func run() throws {
        let (given, named) = ModelArgument.split(arguments)
        let path = try given ?? ModelLookup.path(nil, default: ModelLookup.defaultName(forFirst: named.first))
        let model = try LoadedModel(path: path)
        let labeller = try FileLabeller(model, hop: hop.hop, engine: engine.settings, learning: learning)
        try FileRun.run(
            FileRun.expanded(named, model), labeller: labeller, windows: windows,
            output: EmbedOutput(json: output.json, hasSpans: windows))
    }
}
