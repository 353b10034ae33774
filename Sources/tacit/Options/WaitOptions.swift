import ArgumentParser
import TacitDevices

/// How long a device or a program is waited for.
struct WaitOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long to wait for a device that is not there yet (default: \(Int(DeviceWaits.atStart))).",
            valueName: "SECONDS"))
    var wait: Double?

    @Option(
        name: .customLong("wait-lost"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long to wait for a device that was there and is lost (default: \(Int(DeviceWaits.lost)); inf: for ever).",
            valueName: "SECONDS"))
    var waitLost: Double?

    var isGiven: Bool { wait != nil || waitLost != nil }

    /// Seconds for one that is absent at the start.
    var atStart: Double { wait ?? DeviceWaits.atStart }

    /// Seconds for one that was there and is lost.
    var lost: Double { waitLost ?? DeviceWaits.lost }

    func validate() throws {
        for (name, seconds) in [("--wait", wait), ("--wait-lost", waitLost)] {
            if let seconds, !(seconds >= 0) {
                throw ValidationError("\(name) must not be negative: \(seconds)")
            }
        }
    }
}
