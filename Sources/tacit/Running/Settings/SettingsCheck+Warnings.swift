import TacitConsole
import TacitDiagnostics
import TacitLive
import TacitSettings
import TacitSinks

/// What is no fault of the file's, and likely not meant.
extension SettingsCheck {
    /// In the order of the file.
    var warnings: [SettingsFault] {
        (doubts + absent + closed + alike).sorted { $0.place < $1.place }
    }

    /// Times of the day go by a zone that may not be the one that was meant.
    mutating func doubtZone() {
        guard let place = settings.firstQuiet, let reason = LocalZone.machine.fault else { return }
        doubts.append(SettingsFault(place, "quiet: \(reason): these times are taken for UTC's"))
    }

    /// Files that inputs are to be read from and that can't be now: they may come before the inputs begin.
    private var absent: [SettingsFault] {
        settings.inputs.compactMap { input in
            guard inputs.contains(where: { $0.name == input.name.text }), let entry = input.entry("input"),
                let path = entry.values.first, path != StandardInput.path,
                let error = PathProbe.obstacle(toReading: path)
            else { return nil }
            return SettingsFault(entry.place, "input: \(error.description): as long as that is so, it can't be run")
        }
    }

    /// Sinks whose files and folders can't be had now: a disk may be mounted, and a folder made, before the inputs begin.
    private var closed: [SettingsFault] {
        settings.sinks.compactMap { sink in
            guard let configured = wanted[sink.name.text],
                let error = configured.request.obstacle(configured.settings)
            else { return nil }
            let entry = sink.entries.first { $0.values.contains { $0 == error.file } }
            return SettingsFault(
                entry?.place ?? sink.address.place,
                "\(entry?.name ?? "to"): \(error.description): as long as that is so, no input that is told there can be run"
            )
        }
    }

    /// Inputs that Home Assistant would take for one device: it knows each by its prefix and its name, with `_` between
    /// them for what topics have a `/` for.
    private var alike: [SettingsFault] {
        var seen: [(device: HomeAssistantDevice, input: String, sink: String)] = []
        var found: [SettingsFault] = []
        for input in inputs {
            for sink in input.identity.sinks {
                guard let device = HomeAssistantDevice(sink, device: input.device),
                    let name = settings.sinks.first(where: { wanted[$0.name.text] == sink })?.name.text
                else { continue }
                if let other = seen.first(where: { $0.device.isTaken(for: device) }),
                    let place = settings.inputs.first(where: { $0.name.text == input.name })?.name.place
                {
                    found.append(
                        SettingsFault(
                            place,
                            "name: Home Assistant takes '\(input.name)' at '\(name)' for '\(other.input)' at "
                                + "'\(other.sink)': both are \(device.identifier) there, so one of them wants another name or "
                                + "prefix"))
                }
                seen.append((device, input.name, name))
            }
        }
        return found
    }
}
