import ArgumentParser
import TacitDevices

/// How long a device is waited for.
struct WaitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Wait so long for a device that is absent at the start.", valueName: "SECONDS"))
    var wait = DeviceWaits.atStart

    @Option(
        name: .customLong("wait-lost"),
        help: ArgumentHelp("Wait so long for a device that was there and is lost; inf: for ever.", valueName: "SECONDS")
    )
    var waitLost = DeviceWaits.lost

    func validate() throws { try Self.require(wait: wait, waitLost: waitLost) }

    /// - Throws: `ValidationError` for what is no time to wait.
    static func require(wait: Double?, waitLost: Double?) throws {
        for (name, seconds) in [("--wait", wait), ("--wait-lost", waitLost)] {
            if let seconds, !(seconds >= 0) {
                throw ValidationError("\(name) must not be negative: \(seconds)")
            }
        }
    }
}
