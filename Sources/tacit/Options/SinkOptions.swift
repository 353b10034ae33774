import ArgumentParser
import TacitDiagnostics
import TacitSinks

/// Where labels go.
struct SinkOptions: ParsableArguments {
    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            "Where labels, events and gaps go, any number of times: \(SinkTable.forms) (default: stdout).",
            valueName: "SINK"))
    var to: [String] = []

    var wishes: [SinkTable.Wish] {
        get throws { try SinkTable.parse(to) }
    }

    func validate() throws {
        do {
            _ = try wishes
        } catch let error as TacitError {
            throw ValidationError(error.description)
        }
    }
}
