import ArgumentParser
import TacitSinks

/// What goes with `--to exec:`.
struct CommandOptions: ParsableArguments {
    @Option(
        name: .customLong("exec-most"),
        parsing: .unconditional,
        help: ArgumentHelp("Commands that run at once, at most (default: \(standard.most)).", valueName: "N"))
    var most: Int?

    @Option(
        name: .customLong("exec-seconds"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "After which a command that hangs is ended (default: \(Int(standard.seconds))).", valueName: "SECONDS"))
    var seconds: Double?

    private static var standard: CommandSinkSettings { CommandSinkSettings() }

    var given: String? { most != nil ? "--exec-most" : seconds != nil ? "--exec-seconds" : nil }

    func validate() throws {
        if let most, !(1...64).contains(most) { throw ValidationError("--exec-most must be from 1 to 64: \(most)") }
        if let seconds, !(0.1...86_400).contains(seconds) {
            throw ValidationError("--exec-seconds must be from 0.1 to 86400: \(seconds)")
        }
    }

    func apply(to settings: inout CommandSinkSettings) {
        settings.most = most ?? settings.most
        settings.seconds = seconds ?? settings.seconds
    }
}
