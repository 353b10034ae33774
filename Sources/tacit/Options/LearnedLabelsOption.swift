import ArgumentParser

/// Labels that were taught to the model.
struct LearnedLabelsOption: ParsableArguments {
    @Option(
        name: .customLong("labels"),
        help: ArgumentHelp(
            "A file of learned labels, which tacit learn makes; they stand behind the model's own.", valueName: "FILE"))
    var path: String?

    func validate() throws {
        if let path, path.isEmpty || path.hasSuffix("/") { throw ValidationError("--labels must name a file") }
        if path == "-" { throw ValidationError("--labels must name a file: ./- is one that is called so") }
    }
}
