import ArgumentParser
import TacitDiagnostics
import TacitSettings
import TacitSinks

/// Where labels go.
struct SinkOptions: ParsableArguments {
    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            "Where labels, events and gaps go, any number of times: \(SinkTable.forms) (default: stdout).",
            valueName: "SINK"))
    var to: [String] = []

    @Option(
        help: ArgumentHelp(
            "What this input is called in events and topics (default: its device or file).", valueName: "NAME"))
    var name: String?

    @Flag(
        name: .customLong("require-sinks"),
        help: "End with an error if a broker or page can't be had at the start, instead of trying again.")
    var requireSinks = false

    @OptionGroup(title: "MQTT") var mqtt: MQTTOptions
    @OptionGroup(title: "The page") var page: PageOptions
    @OptionGroup(title: "Clips") var clips: ClipOptions
    @OptionGroup(title: "Commands") var commands: CommandOptions
    @OptionGroup(title: "Files of lines") var rotation: RotationOptions

    var requests: [SinkRequest] {
        get throws { try SinkTable.parse(to, settings) }
    }

    var settings: SinkSettings {
        var settings = SinkSettings()
        settings.areRequired = requireSinks
        mqtt.apply(to: &settings.mqtt)
        page.apply(to: &settings.page)
        clips.apply(to: &settings.clips)
        commands.apply(to: &settings.commands)
        rotation.apply(to: &settings.rotation)
        return settings
    }

    func validate() throws {
        if let name {
            let lengths = Settings.Name.lengths
            guard lengths.contains(name.utf8.count), SettingsReader.isPlain(name) else {
                throw ValidationError(
                    "--name must be text of \(lengths.lowerBound) to \(lengths.upperBound) bytes: "
                        + "'\(SystemPath.printable(name))'")
            }
        }
        do {
            let requests = try self.requests
            func require(_ flag: String?, _ trait: SinkTraits, _ form: String) throws {
                if let flag, !requests.contains(where: { $0.has(trait) }) {
                    throw ValidationError("\(flag) goes with --to \(form)")
                }
            }
            try require(mqtt.given, .broker, "mqtt://HOST")
            try require(mqtt.givenOfTLS, .encrypted, "mqtts://HOST")
            try require(page.given, .page, "http://HOST:PORT")
            if mqtt.commands, !requests.contains(where: { $0.has(.clips) }) {
                throw ValidationError("--mqtt-commands teaches by clips: it goes with --to clips:DIR")
            }
            try require(clips.given, .clips, "clips:DIR")
            try require(commands.given, .program, "exec:COMMAND")
            try require(rotation.given, .file, "jsonl:PATH")
        } catch let error as TacitError {
            throw ValidationError(error.description)
        }
    }

    /// Whether people may say what events were.
    var takesCorrections: Bool { settings.mqtt.takesCommands || settings.page.tokenFile != nil }

    /// What goes with a file of learned labels.
    func validate(labels: String?) throws {
        if mqtt.commands, labels == nil {
            throw ValidationError("--mqtt-commands teaches labels: it goes with --labels FILE")
        }
    }
}
