import ArgumentParser
import TacitDiagnostics
import TacitSinks

/// Where labels go.
struct SinkOptions<Use: SinkUse>: ParsableArguments {
    @OptionGroup(title: "Output") var addresses: SinkAddressOptions<Use>
    @OptionGroup(title: "The page") var page: PageOptions<Use>
    @OptionGroup(title: "MQTT") var mqtt: MQTTOptions<Use>
    @OptionGroup(title: "Clips") var clips: ClipOptions<Use>
    @OptionGroup(title: "Commands", visibility: Use.writing) var commands: CommandOptions
    @OptionGroup(title: "Files of lines", visibility: Use.writing) var rotation: RotationOptions

    var requests: [SinkRequest] {
        get throws { try SinkTable.parse(addresses.to, settings) }
    }

    var settings: SinkSettings {
        var settings = SinkSettings()
        settings.areRequired = addresses.areRequired
        mqtt.apply(to: &settings.mqtt)
        page.apply(to: &settings.page)
        clips.apply(to: &settings.clips)
        commands.apply(to: &settings.commands)
        rotation.apply(to: &settings.rotation)
        return settings
    }

    func validate() throws {
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

    /// What goes with a file of learned labels.
    func validate(labels: String?) throws {
        if mqtt.commands, labels == nil {
            throw ValidationError("--mqtt-commands teaches labels: it goes with --labels FILE")
        }
    }
}
