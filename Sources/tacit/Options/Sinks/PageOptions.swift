import ArgumentParser
import TacitDiagnostics
import TacitSinks

/// What goes with `--to http://`.
struct PageOptions<Use: SinkUse>: ParsableArguments {
    @Option(
        name: .customLong("http-token-file"),
        help: ArgumentHelp(
            "This file's first line is the token that corrections want, and on other addresses than loopback "
                + "everything.",
            valueName: "FILE"))
    var tokenFile: String?

    @Option(
        name: .customLong("http-name"),
        help: ArgumentHelp(
            "The name that a proxy in front of the page is known by, as a browser asks for it.", valueName: "NAME",
            visibility: Use.writing))
    var name: String?

    var given: String? {
        if tokenFile != nil { return "--http-token-file" }
        return name == nil ? nil : "--http-name"
    }

    func validate() throws {
        if let name, !PageSettings.isName(name) {
            throw ValidationError("--http-name must be a host's name, without a port: '\(SystemPath.printable(name))'")
        }
    }

    func apply(to settings: inout PageSettings) {
        settings.tokenFile = tokenFile
        settings.name = name
    }
}
