import ArgumentParser
import TacitConsole

/// `tacit run`: several inputs, models and sinks from one file.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Label several inputs at once, as a file of settings says.",
        usage: "tacit run FILE.toml [--json]",
        discussion: """
            The file is checked as tacit check does before anything starts. SIGHUP has it read again: inputs whose \
            settings are the same go on untouched, others end and begin anew; a file that is wrong changes nothing.
            """)

    @Argument(help: ArgumentHelp("The settings.", valueName: "FILE.toml"))
    var path: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        // Before the check, which takes a while: a SIGHUP amid it has the file read again, behind the start.
        let supervisor = try Supervisor(path: path, isJSON: output.json)
        let check = try SettingsCheck(path: path)
        try check.report()
        for doubt in check.doubts { StandardError.line(check.line(of: doubt).description) }
        try supervisor.run(check.inputs)
    }
}
