import ArgumentParser

/// How results are written.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Write JSON Lines, one object a line, and nothing else on standard output.")
    var json = false
}
