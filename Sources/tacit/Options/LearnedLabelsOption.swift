import ArgumentParser
import TacitConsole

/// Labels that were taught to the model.
struct LearnedLabelsOption: ParsableArguments {
    @Option(
        name: .customLong("labels"),
        help: ArgumentHelp(
            "A file of learned labels, which tacit learn makes; they stand behind the model's own.", valueName: "FILE"))
    var path: String?

    func validate() throws {
        if let path, let fault = FileToWrite.fault(of: path, "--labels") { throw ValidationError(fault) }
    }
}
