import ArgumentParser

/// How fast what is there already passes.
struct PaceOption: ParsableArguments {
    @Flag(help: "Let the input pass no faster than it was recorded, instead of as fast as it can be labelled.")
    var realtime = false
}
