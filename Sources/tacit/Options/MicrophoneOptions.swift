import ArgumentParser

/// Which microphone, and how long it is waited for.
struct MicrophoneOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The microphone: a name of ALSA's, a card's id, or an id that 'tacit devices' shows (default: default).",
            valueName: "NAME"))
    var device: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How long to wait for a device that is not there yet (default: 0).", valueName: "SECONDS"))
    var wait: Double?

    @Option(
        name: .customLong("wait-lost"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long to wait for a device that was there and is lost (default: 60; inf: for ever).",
            valueName: "SECONDS"))
    var waitLost: Double?

    var isGiven: Bool { device != nil || wait != nil || waitLost != nil }

    func validate() throws { try WaitOptions.require(wait: wait, waitLost: waitLost) }
}
