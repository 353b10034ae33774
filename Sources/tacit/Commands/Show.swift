import ArgumentParser
import TacitConsole
import TacitLive
import TacitModelFile

/// `tacit show`: what is in a model file.
struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what is in a model file.",
        usage: "tacit show MODEL [--report] [--json]")

    @Argument(help: ArgumentHelp("The model file.", valueName: "MODEL"))
    var path: String

    @Flag(help: "What the converter measured: how far results are off for weights stored in fewer bits.")
    var report = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        if report {
            let report = try StoredReport(ModelFile(path: path))
            return try StandardOutput.shared.write(output.json ? report.json() : report.text())
        }
        let summary = try ModelSummary(LoadedModel(path: path))
        try StandardOutput.shared.write(output.json ? summary.json() : summary.text())
    }
}
