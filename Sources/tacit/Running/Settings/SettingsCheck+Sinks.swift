import ArgumentParser
import TacitSettings
import TacitSinks

/// Sinks, and whether they get in one another's way.
extension SettingsCheck {
    mutating func check(_ sink: Settings.Sink) {
        // Teaching by messages wants more than this sink: that is looked at with the inputs.
        let entries = sink.entries.filter { $0.name != "json" && $0.name != "mqtt-commands" }
        let address = sink.address
        let found = parse(
            entries, without: sink.unread, otherwise: address.place, quoting: [address.text]
        ) { entries in
            let options = try SinkOptions<SinksInUse>.parse(
                ["--to=\(address.text)"] + entries.flatMap(\.arguments))
            return (options.settings, try options.requests[0])
        } saying: {
            SinkOptions<SinksInUse>.message(for: $0)
        }
        guard let (parsed, request) = found else { return }
        var settings = parsed
        settings.isJSON = sink.entry("json").map { !$0.values.isEmpty } ?? false
        if let json = sink.entry("json"), !request.has(.json) {
            refuse(json.place, "json: goes with to = \"stdout\"")
        }
        if let commands = sink.entry("mqtt-commands"), !commands.values.isEmpty {
            settings.mqtt.takesCommands = true
            if !request.has(.broker) {
                refuse(commands.place, "mqtt-commands: goes with to = \"mqtt://HOST\"")
            }
        }
        if wanted[sink.name.text] == nil { wanted[sink.name.text] = ConfiguredSink(request, settings) }
    }

    /// Of several of one name, which has been told, the one that `wanted` has.
    private var firstSinks: [Settings.Sink] {
        var names: Set<String> = []
        return settings.sinks.filter { names.insert($0.name.text).inserted }
    }

    /// Two sinks of one address would write over one another, or have one another's settings.
    mutating func checkPlaces() {
        var seen: [(sink: Settings.Sink, request: SinkRequest)] = []
        for sink in firstSinks {
            guard let request = wanted[sink.name.text]?.request else { continue }
            if let first = seen.first(where: { $0.request.leads(where: request) })?.sink {
                refuse(sink.address.place, "to: leads where '\(first.name.text)' does: name that one in the inputs")
            } else {
                seen.append((sink, request))
            }
        }
    }

    /// A page shows one input.
    mutating func checkPages() {
        for sink in firstSinks where wanted[sink.name.text]?.request.has(.page) == true {
            let told = settings.inputs.compactMap { input -> (String, SettingsPlace)? in
                if input.unread.contains("to") { return nil }
                if input.to.isEmpty { return (input.name.text, input.name.place) }
                return input.to.first { $0.text == sink.name.text }.map { (input.name.text, $0.place) }
            }
            for (_, place) in told.dropFirst() {
                refuse(
                    place,
                    "to: the page '\(sink.name.text)' shows '\(told[0].0)' already: each input wants a page of its own, on "
                        + "another port")
            }
        }
    }
}
