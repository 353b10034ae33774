import ArgumentParser
import TacitConsole
import TacitLive

/// `tacit verify`: whether a model file is whole.
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every byte of a model file against its digests.",
        usage: "tacit verify MODEL [--json]")

    @Argument(help: ArgumentHelp("The model file.", valueName: "MODEL"))
    var path: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let model = try LoadedModel(path: path)
        try model.file.verify()
        try StandardOutput.shared.write(output.json ? VerifyReport.json(path) : VerifyReport.text(path))
    }
}
