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
        line.path("path", check.path)
        line.bool("ok", check.faults.isEmpty)
        line.beginArray("inputs")
        for input in check.inputs { write(input, &line) }
        line.endArray()
        line.beginArray("sinks")
        for sink in check.sinks {
            line.beginObject()
            line.string("name", sink.name)
            line.string("to", sink.address)
            line.endObject()
        }
        line.endArray()
        line.beginArray("errors")
        for fault in check.faults.prefix(SettingsCheck.most) {
            line.beginObject()
            line.integer("line", fault.place.line)
            line.integer("column", fault.place.column)
            line.string("reason", fault.words)
            line.endObject()
        }
        line.endArray()
        line.end()
        try StandardOutput.shared.write(line.bytes)
    }

    private static func write(_ input: InputPlan, _ line: inout JSONLine) {
        line.beginObject()
        line.string("name", input.name)
        line.string("sense", input.identity.sense.rawValue)
        line.string("source", input.source)
        line.path("model", input.model.path)
        line.integer("labels", input.model.labels)
        line.integer("learned", input.model.learned)
        line.beginArray("to")
        for name in input.to { line.string(name) }
        line.endArray()
        line.endObject()
    }

    private static func write(_ words: String) throws { try StandardOutput.shared.write(Array("\(words)\n".utf8)) }
}
