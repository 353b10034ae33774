import ArgumentParser
import TacitSinks

/// Which sinks there are.
struct SinkAddressOptions<Use: SinkUse>: ParsableArguments {
    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            "Where labels, events and gaps go, any number of times: \(SinkTable.forms) (default: stdout).",
            valueName: "SINK"))
    var to: [String] = []

    @Flag(
        name: .customLong("require-sinks"),
        help: ArgumentHelp(
            "End with an error if a broker or page can't be had at the start, instead of trying again.",
            visibility: Use.writing))
    var areRequired = false
}
