import ArgumentParser
import TacitSinks

/// What goes with `--to mqtt://` and `mqtts://`.
struct MQTTOptions<Use: SinkUse>: ParsableArguments {
    @Option(
        name: .customLong("mqtt-password-file"),
        help: ArgumentHelp("The password is this file's first line.", valueName: "FILE"))
    var passwordFile: String?

    @Option(
        name: .customLong("mqtt-ca-file"),
        help: ArgumentHelp("Who may vouch for the broker, as PEM (default: the system's).", valueName: "FILE"))
    var authorityFile: String?

    @Option(
        name: .customLong("mqtt-cert-file"),
        help: ArgumentHelp("This machine's certificate, for brokers that want one.", valueName: "FILE"))
    var certificateFile: String?

    @Option(name: .customLong("mqtt-key-file"), help: ArgumentHelp("The key to it.", valueName: "FILE"))
    var keyFile: String?

    @Option(
        name: .customLong("mqtt-discovery"),
        help: ArgumentHelp(
            "Whether Home Assistant is told what there is: on or off (default: on).", valueName: "on|off",
            visibility: Use.writing))
    var discovery: MQTTDiscoveryChoice?

    @Flag(
        name: .customLong("mqtt-commands"),
        help: ArgumentHelp(
            "Let messages to PREFIX/DEVICE/command say what an event was; goes with --labels and --to clips:DIR.",
            visibility: Use.learning))
    var commands = false

    /// One of those that were given, if any was.
    var given: String? {
        if passwordFile != nil { return "--mqtt-password-file" }
        if authorityFile != nil { return "--mqtt-ca-file" }
        if certificateFile != nil { return "--mqtt-cert-file" }
        if keyFile != nil { return "--mqtt-key-file" }
        if commands { return "--mqtt-commands" }
        return discovery == nil ? nil : "--mqtt-discovery"
    }

    /// One of those that were given and say something of TLS, if any was.
    var givenOfTLS: String? {
        if authorityFile != nil { return "--mqtt-ca-file" }
        return certificateFile == nil ? nil : "--mqtt-cert-file"
    }

    func validate() throws {
        guard (certificateFile == nil) == (keyFile == nil) else {
            throw ValidationError("--mqtt-cert-file and --mqtt-key-file go together")
        }
    }

    func apply(to settings: inout MQTTSettings) {
        settings.passwordFile = passwordFile
        settings.authorityFile = authorityFile
        settings.certificateFile = certificateFile
        settings.keyFile = keyFile
        settings.takesCommands = commands
        settings.hasDiscovery = discovery != .off
    }
}

enum MQTTDiscoveryChoice: String, ExpressibleByArgument, CaseIterable {
    case on
    case off
}
