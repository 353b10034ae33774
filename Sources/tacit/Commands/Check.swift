import ArgumentParser
import Glibc
import TacitConsole
import TacitDiagnostics
import TacitSettings

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
            for absent in check.absent { StandardError.line(check.line(of: absent).description) }
        }
        try check.report()
    }
}

extension SettingsCheck {
    /// Files that inputs are to be read from and that can't be now: no fault, for they may come before the inputs begin.
    var absent: [SettingsFault] {
        settings.inputs.compactMap { input in
            guard inputs.contains(where: { $0.name == input.name.text }), let entry = input.entry("input"),
                let path = entry.values.first, path != "-"
            else { return nil }
            let number = SystemPath.withBytes(path) { access($0, R_OK) == 0 ? 0 : errno }
            guard number != 0 else { return nil }
            let reason = TacitError.system(.noInput, number, file: path).description
            return SettingsFault(entry.place, "input: \(reason): as long as that is so, it can't be run")
        }
    }

    /// Writes a line for everything that is wrong.
    ///
    /// - Throws: `ExitStatus.Reported` if anything is.
    func report() throws {
        guard !faults.isEmpty else { return }
        for line in lines { StandardError.line(line) }
        throw ExitStatus.Reported(kind: .badData)
    }
}
