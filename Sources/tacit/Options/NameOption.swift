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
        if let name, let fault = Settings.Name.fault(in: name) {
            throw ValidationError("--name must be \(fault): '\(SystemPath.printable(name))'")
        }
    }
}
