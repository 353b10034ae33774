import ArgumentParser
import TacitConsole
import TacitDiagnostics

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
        try check.report()
    }
}

extension SettingsCheck {
    /// Writes a line for everything that is wrong.
    ///
    /// - Throws: `ExitStatus.Reported` if anything is.
    func report() throws {
        guard !faults.isEmpty else { return }
        for line in lines { StandardError.line(line) }
        throw ExitStatus.Reported(kind: .badData)
    }
}
