import TacitConsole
import TacitSettings
import TacitText

/// What `check` says of a file of settings on standard output.
enum CheckReport {
    /// One line an input, then one a sink.
    static func plain(_ check: SettingsCheck) throws {
        for input in check.inputs {
            var words = "\(input.name)  \(input.identity.sense.rawValue) of \(input.source)  \(input.model.path), "
            words += "\(input.model.labels) labels"
            if input.model.learned > 0 { words += ", \(input.model.learned) of them learned" }
            words += "  to \(input.to.isEmpty ? "standard output" : input.to.joined(separator: ", "))"
            try write(words)
        }
        for sink in check.sinks { try write("\(sink.name)  \(sink.address)") }
    }

    /// One object.
    static func json(_ check: SettingsCheck) throws {
        var line = JSONLine(capacity: 4096)
        line.begin()
        line.key("path")
        line.path(check.path)
        line.key("ok")
        line.bool(check.faults.isEmpty)
        line.key("inputs")
        line.beginArray()
        for input in check.inputs { write(input, &line) }
        line.endArray()
        line.key("sinks")
        line.beginArray()
        for sink in check.sinks {
            line.beginObject()
            line.key("name")
            line.string(sink.name)
            line.key("to")
            line.string(sink.address)
            line.endObject()
        }
        line.endArray()
        line.key("errors")
        line.beginArray()
        for fault in check.faults.prefix(SettingsCheck.most) {
            line.beginObject()
            line.key("line")
            line.integer(fault.place.line)
            line.key("column")
            line.integer(fault.place.column)
            line.key("reason")
            line.string(fault.words)
            line.endObject()
        }
        line.endArray()
        line.end()
        try StandardOutput.shared.write(line.bytes)
    }

    private static func write(_ input: InputPlan, _ line: inout JSONLine) {
        line.beginObject()
        line.key("name")
        line.string(input.name)
        line.key("sense")
        line.string(input.identity.sense.rawValue)
        line.key("source")
        line.string(input.source)
        line.key("model")
        line.path(input.model.path)
        line.key("labels")
        line.integer(input.model.labels)
        line.key("learned")
        line.integer(input.model.learned)
        line.key("to")
        line.beginArray()
        for name in input.to { line.string(name) }
        line.endArray()
        line.endObject()
    }

    private static func write(_ words: String) throws { try StandardOutput.shared.write(Array("\(words)\n".utf8)) }
}
