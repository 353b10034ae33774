import ArgumentParser

/// Which labels are shown.
struct LabelOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Show the best K labels; 0 shows all, whatever their score.", valueName: "K"))
    var top = 5

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Leave out labels that score less than X (0 to 1); in a stream also the threshold of every event.",
            valueName: "X"))
    var threshold: Float?

    @Flag(help: "Add the logits of all labels, in the model's order (with --json).")
    var logits = false

    func validate() throws {
        guard top >= 0 else { throw ValidationError("--top must not be negative: \(top)") }
        if let threshold {
            guard (0...1).contains(threshold) else {
                throw ValidationError("--threshold must be from 0 to 1: \(threshold)")
            }
        }
    }
}
