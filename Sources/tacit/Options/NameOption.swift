import ArgumentParser
import TacitDiagnostics
import TacitSettings

/// What an input is called.
struct NameOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What this input is called in events and topics (default: its device or file).", valueName: "NAME"))
    var name: String?

    func validate() throws {
        guard let name else { return }
        let lengths = Settings.Name.lengths
        guard lengths.contains(name.utf8.count), SettingsReader.isPlain(name) else {
            throw ValidationError(
                "--name must be text of \(lengths.lowerBound) to \(lengths.upperBound) bytes: "
                    + "'\(SystemPath.printable(name))'")
        }
    }
}
