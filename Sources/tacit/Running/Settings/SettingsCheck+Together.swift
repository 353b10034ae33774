import TacitDevices
import TacitDiagnostics
import TacitModelFile
import TacitSettings
import TacitSinks

/// What an input says beside what its parser knows of.
extension SettingsCheck {
    /// What goes only with something else of the file.
    ///
    /// - Parameters:
    ///   - sinks: of the input; nil where what they are is not known.
    ///   - names: that the file has for them.
    mutating func checkTogether(
        _ input: Settings.Input, _ options: any StreamOptions, _ sinks: [ConfiguredSink]?, _ names: [Settings.Name]
    ) {
        if let fault = options.events.settings().fault {
            let key = fault.field.map { $0 == "_" ? "-" : String($0) }.joined()
            refuse(input.entry(key)?.place ?? input.name.place, "\(key): \(fault.reason)")
        }
        guard let sinks else { return }
        if let json = input.entry("json"), !json.values.isEmpty, !sinks.contains(where: { $0.request.has(.json) }) {
            refuse(json.place, "json: goes with a sink whose to is \"stdout\": this input is told to none")
        }
        if let command = sinks.first(where: \.settings.mqtt.takesCommands) {
            let name = names.first { wanted[$0.text] == command }
            let place = input.to.isEmpty ? input.name.place : name?.place ?? input.name.place
            if input.entry("labels") == nil, !input.unread.contains("labels") {
                refuse(place, "to: '\(name?.text ?? "")' takes commands, which teach labels: the input needs labels")
            }
            if !sinks.contains(where: { $0.request.has(.clips) }) {
                refuse(
                    place,
                    "to: '\(name?.text ?? "")' takes commands, which teach by clips: a sink of clips must be named as well"
                )
            }
        }
        for kind in SinkTable.kinds {
            guard let only = kind.only, sinks.count(where: { $0.request.name == kind.name }) > 1 else { continue }
            refuse(input.to.first?.place ?? input.name.place, "to: one \(only) is all that an input may have")
        }
    }

    /// Whether the program that an input is can be found now: one that only `run` missed would be tried for ever.
    mutating func checkProgram(_ input: Settings.Input) throws {
        guard let entry = input.entry("command"), let text = entry.values.first,
            !faults.contains(where: { $0.place == entry.place })
        else { return }
        _ = try attempt {
            try SourceCommand(text).path()
        } orElse: { check, error in
            check.refuse(entry.place, "command: \(error.description)")
        }
    }
}
