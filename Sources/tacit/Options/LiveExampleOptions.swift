import ArgumentParser

/// Examples as they come.
struct LiveExampleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Take examples from this microphone, or with --camera from this camera.", valueName: "NAME"))
    var device: String?

    @Flag(name: .customLong("camera"), help: "Take examples from a camera, the first one unless --device names it.")
    var isCamera = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How many examples to take. (default: \(standardCount))", valueName: "N"))
    var examples: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("How long to listen for each example.", valueName: "SECONDS"))
    var seconds: Double?

    private static let standardCount = 5

    var isGiven: Bool { device != nil || isCamera }
    var count: Int { examples ?? Self.standardCount }

    func validate() throws {
        if let examples {
            guard (1...100).contains(examples) else {
                throw ValidationError("--examples must be from 1 to 100: \(examples)")
            }
        }
        if !isGiven, examples != nil || seconds != nil {
            throw ValidationError("\(examples == nil ? "--seconds" : "--examples") goes with --device or --camera")
        }
        if let seconds {
            guard seconds >= 0.1, seconds <= 600 else {
                throw ValidationError("--seconds must be from 0.1 to 600: \(seconds)")
            }
        }
    }
}
