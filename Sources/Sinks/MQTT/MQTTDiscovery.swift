import TacitText

/// What Home Assistant is told of an input: one device with an entity for each label, one for events and some for how it
/// is doing. Each has a topic of its own, so that no templates are needed. (home-assistant.io, MQTT: "Device discovery
/// payload".)
enum MQTTDiscovery {
    static func payload(_ topics: MQTTTopics, _ stream: StreamDescription) -> [UInt8] {
        var line = JSONLine(capacity: 1024 + stream.eventNames.count * 512)
        line.begin()
        line.key("dev")
        line.beginObject()
        pair("ids", topics.identifier, &line)
        pair("name", stream.source ?? "\(topics.prefix.split(separator: "/").last ?? "tacit") \(topics.device)", &line)
        pair("mf", "Tacit", &line)
        pair("mdl", stream.model, &line)
        line.endObject()
        line.key("o")
        line.beginObject()
        pair("name", "Tacit", &line)
        line.endObject()
        line.key("availability")
        line.beginArray()
        for topic in [topics.program, topics.available] {
            line.beginObject()
            pair("topic", topic, &line)
            line.endObject()
        }
        line.endArray()
        pair("availability_mode", "all", &line)
        line.key("qos")
        line.integer(1)
        line.key("cmps")
        line.beginObject()
        labels(topics, stream, &line)
        own(topics, stream, &line)
        line.endObject()
        line.end()
        return line.bytes.dropLast()
    }

    private static func labels(_ topics: MQTTTopics, _ stream: StreamDescription, _ line: inout JSONLine) {
        let chosen = Set(stream.eventful)
        let forgotten = Set(stream.streamLabels.forgottenEvents)
        for (index, name) in stream.eventNames.enumerated() {
            if forgotten.contains(index) {
                // With nothing but its platform, an entity is taken away.
                line.key(dynamic: "label_\(topics.labels[index])")
                line.beginObject()
                pair("p", "binary_sensor", &line)
                line.endObject()
                continue
            }
            entity("label_\(topics.labels[index])", "binary_sensor", name, topics.label(index), topics, &line) { line in
                if let kind = deviceClass(topics.labels[index], stream.sense) { pair("device_class", kind, &line) }
                if !chosen.contains(index) {
                    line.key("enabled_by_default")
                    line.bool(false)
                }
            }
        }
    }

    /// What is neither sound nor someone's presence has no class.
    private static func deviceClass(_ label: String, _ sense: StreamDescription.Sense) -> String? {
        switch sense {
        case .sound: "sound"
        case .pictures: ["person", "people", "human", "face"].contains(label) ? "occupancy" : nil
        }
    }

    private static func own(_ topics: MQTTTopics, _ stream: StreamDescription, _ line: inout JSONLine) {
        entity("event", "event", "Event", topics.event, topics, &line) { line in
            line.key("event_types")
            line.beginArray()
            line.string("on")
            line.string("off")
            line.endArray()
        }
        if case .sound = stream.sense {
            entity("level", "sensor", "Level", topics.level, topics, &line) { line in
                pair("unit_of_measurement", "dB", &line)
                pair("state_class", "measurement", &line)
            }
        }
        entity("last", "sensor", "Last label", topics.last, topics, &line) { _ in }
        entity("lost", "sensor", "Lost", topics.lost, topics, &line) { line in
            pair("device_class", "duration", &line)
            pair("unit_of_measurement", "s", &line)
            pair("state_class", "total_increasing", &line)
            pair("entity_category", "diagnostic", &line)
        }
        entity("dropped", "sensor", "Dropped events", topics.dropped, topics, &line) { line in
            pair("state_class", "total_increasing", &line)
            pair("entity_category", "diagnostic", &line)
        }
    }

    private static func entity(
        _ key: String, _ platform: String, _ name: String, _ topic: String, _ topics: MQTTTopics,
        _ line: inout JSONLine, _ more: (inout JSONLine) -> Void
    ) {
        line.key(dynamic: key)
        line.beginObject()
        pair("p", platform, &line)
        pair("unique_id", "\(topics.identifier)_\(key)", &line)
        pair("name", name, &line)
        pair("state_topic", topic, &line)
        more(&line)
        line.endObject()
    }

    private static func pair(_ key: StaticString, _ value: String, _ line: inout JSONLine) {
        line.key(key)
        line.string(value)
    }
}
