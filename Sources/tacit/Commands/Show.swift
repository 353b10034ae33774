import ArgumentParser
import TacitConsole
import TacitLive

/// `tacit show`: what is in a model file.
struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what is in a model file.",
        usage: "tacit show MODEL [--json]")

    @Argument(help: ArgumentHelp("The model file.", valueName: "MODEL"))
    var path: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let summary = try ModelSummary(LoadedModel(path: path))
        try StandardOutput.shared.write(output.json ? summary.json() : summary.text())
    }
}
