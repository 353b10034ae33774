import ArgumentParser
import TacitConsole

/// `tacit check`: whether a file of settings can be run.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a file of settings for tacit run.",
        usage: "tacit check FILE.toml [--json]",
        discussion: """
            Reads the file, opens its models and learned labels, and says all that is wrong with it, each on a line \
            with its place. It opens no device and no sink, and changes nothing.
            """)

    @Argument(help: ArgumentHelp("The settings.", valueName: "FILE.toml"))
    var path: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let check = try SettingsCheck(path: path)
        if output.json {
            try CheckReport.json(check)
        } else if check.faults.isEmpty {
            try CheckReport.plain(check)
        }
        if check.faults.isEmpty {
            for warning in check.warnings { StandardError.line(check.line(of: warning).description) }
        }
        try check.report()
    }
}
