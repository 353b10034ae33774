import ArgumentParser
import TacitConsole
import TacitLive
import TacitText

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
        if output.json {
            var line = JSONLine()
            line.begin()
            line.key("path")
            line.path(path)
            line.key("ok")
            line.bool(true)
            line.end()
            try StandardOutput.shared.write(line.bytes)
        } else {
            var line = PlainLine()
            line.begin()
            line.text(path)
            line.literal(": ok")
            line.end()
            try StandardOutput.shared.write(line.bytes)
        }
    }
}
