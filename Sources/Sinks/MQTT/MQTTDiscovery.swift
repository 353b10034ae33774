import TacitText

/// What Home Assistant is told of an input: one device with an entity for each label, one for events and some for how
/// it is doing. Each has a topic of its own, so that no templates are needed. (home-assistant.io, MQTT: "Device
/// discovery payload".)
enum MQTTDiscovery {
    /// - Parameter gone: labels, as they stand in topics, that an earlier run told of.
    static func payload(_ topics: MQTTTopics, _ stream: StreamDescription, gone: Set<String> = []) -> [UInt8] {
        var line = JSONLine(capacity: 1024 + stream.eventNames.count * 512 + gone.count * 128)
        line.begin()
        line.beginObject("dev")
        line.string("ids", topics.identifier)
        line.string("name", stream.source ?? "\(topics.prefix.split(separator: "/").last ?? "tacit") \(topics.device)")
        line.string("mf", "Tacit")
        line.string("mdl", stream.model)
        line.endObject()
        line.beginObject("o")
        line.string("name", "Tacit")
        line.endObject()
        line.beginArray("availability")
        for topic in [topics.program, topics.available] {
            line.beginObject()
            line.string("topic", topic)
            line.endObject()
        }
        line.endArray()
        line.string("availability_mode", "all")
        line.integer("qos", 1)
        line.beginObject("cmps")
        labels(topics, stream, &line)
        for label in gone.subtracting(topics.labels).sorted() { remove(label, &line) }
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
                remove(topics.labels[index], &line)
                continue
            }
            entity("label_\(topics.labels[index])", "binary_sensor", name, topics.label(index), topics, &line) { line in
                if let kind = deviceClass(topics.labels[index], stream.sense) { line.string("device_class", kind) }
                if !chosen.contains(index) {
                    line.bool("enabled_by_default", false)
                }
            }
        }
    }

    /// With nothing but its platform, an entity is taken away.
    private static func remove(_ label: String, _ line: inout JSONLine) {
        line.key(dynamic: "label_\(label)")
        line.beginObject()
        line.string("p", "binary_sensor")
        line.endObject()
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
            line.beginArray("event_types")
            line.string("on")
            line.string("off")
            line.endArray()
        }
        if case .sound = stream.sense {
            entity("level", "sensor", "Level", topics.level, topics, &line) { line in
                line.string("unit_of_measurement", "dB")
                line.string("state_class", "measurement")
            }
        }
        entity("last", "sensor", "Last label", topics.last, topics, &line) { _ in }
        entity("lost", "sensor", "Lost", topics.lost, topics, &line) { line in
            line.string("device_class", "duration")
            line.string("unit_of_measurement", "s")
            line.string("state_class", "total_increasing")
            line.string("entity_category", "diagnostic")
        }
        entity("dropped", "sensor", "Dropped events", topics.dropped, topics, &line) { line in
            line.string("state_class", "total_increasing")
            line.string("entity_category", "diagnostic")
        }
    }

    private static func entity(
        _ key: String, _ platform: String, _ name: String, _ topic: String, _ topics: MQTTTopics,
        _ line: inout JSONLine, _ more: (inout JSONLine) -> Void
    ) {
        line.key(dynamic: key)
        line.beginObject()
        line.string("p", platform)
        line.string("unique_id", "\(topics.identifier)_\(key)")
        line.string("name", name)
        line.string("state_topic", topic)
        more(&line)
        line.endObject()
    }
}
