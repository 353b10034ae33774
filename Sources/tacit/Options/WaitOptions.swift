import ArgumentParser

/// How long a device is waited for.
struct WaitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Wait so long for a device that is absent at the start.", valueName: "SECONDS"))
    var wait = 0.0

    @Option(
        name: .customLong("wait-lost"),
        help: ArgumentHelp("Wait so long for a device that was there and is lost; inf: for ever.", valueName: "SECONDS")
    )
    var waitLost = 60.0

    func validate() throws {
        for (name, seconds) in [("--wait", wait), ("--wait-lost", waitLost)] {
            guard seconds >= 0 else {
                throw ValidationError("\(name) must not be negative: \(seconds)")
            }
        }
    }
}
