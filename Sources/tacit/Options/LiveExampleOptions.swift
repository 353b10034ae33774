import ArgumentParser

/// Examples as they come.
struct LiveExampleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Take examples from this microphone, or with --camera from this camera.", valueName: "NAME"))
    var device: String?

    @Flag(name: .customLong("camera"), help: "Take examples from a camera, the first one unless --device names it.")
    var isCamera = false

    @Option(help: ArgumentHelp("How many examples to take.", valueName: "N"))
    var examples = 5

    @Option(help: ArgumentHelp("How long to listen for each example.", valueName: "SECONDS"))
    var seconds: Double?

    var isGiven: Bool { device != nil || isCamera }

    func validate() throws {
        guard (1...100).contains(examples) else {
            throw ValidationError("--examples must be from 1 to 100: \(examples)")
        }
        if let seconds {
            guard seconds >= 0.1, seconds <= 600 else {
                throw ValidationError("--seconds must be from 0.1 to 600: \(seconds)")
            }
        }
    }
}
