import ArgumentParser
import TacitSinks

/// What goes with `--to http://`.
struct PageOptions: ParsableArguments {
    @Option(
        name: .customLong("http-token-file"),
        help: ArgumentHelp(
            "This file's first line is the token that corrections want, and on other addresses than loopback everything.",
            valueName: "FILE"))
    var tokenFile: String?

    var given: String? { tokenFile == nil ? nil : "--http-token-file" }

    func apply(to settings: inout PageSettings) { settings.tokenFile = tokenFile }
}
