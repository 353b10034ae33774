import Foundation
import TacitTestSupport
import Testing

/// What Home Assistant is told, held to its own rules entity by entity: home-assistant.io, "MQTT", "MQTT Binary
/// sensor", "MQTT Event", "MQTT Sensor"; and its core's `components/mqtt/schemas.py`.
@Suite(.enabled(if: Mosquitto.isThere, "Mosquitto is not installed"))
struct MQTTDiscoveryTests {
    private typealias Object = [String: Any]

    /// Keys that every entity may have here.
    private static let common: Set<String> = [
        "p", "unique_id", "name", "state_topic", "device_class", "enabled_by_default", "entity_category",
    ]

    private func config(_ more: [String]) throws -> Object {
        let listening = try EventfulListening(seconds: 1)
        let broker = try Mosquitto()
        try broker.start()
        let listener = try broker.listener()
        #expect(try listening.run(["--to", "mqtt://\(broker.address)/a/b", "--name", "Yard 1"] + more).status == 0)
        let messages = MQTTMessages()
        #expect(messages.read(listener) { $0.topic == "a/b/available" && $0.payload == "offline" })
        let found = messages.all.filter { $0.topic.hasPrefix("homeassistant/") }
        #expect(found.count == 1)
        // `<discovery_prefix>/device/<object_id>/config`, the identifier of letters, digits, `_` and `-`.
        let topic = try #require(found.first?.topic)
        #expect(topic.wholeMatch(of: /homeassistant\/device\/[a-zA-Z0-9_\-]+\/config/) != nil)
        let payload = Data((found.first?.payload ?? "").utf8)
        let config = try #require(try JSONSerialization.jsonObject(with: payload) as? Object)
        let topics = Set(messages.all.map(\.topic))
        for (_, entity) in try #require(config["cmps"] as? [String: Object]) {
            // A topic that is really written to, but that of an event that may not have come.
            let state = try #require(entity["state_topic"] as? String)
            #expect(
                topics.contains(state) || state.hasSuffix("/event") || state.hasSuffix("/last")
                    || state.hasSuffix("/level"))
        }
        return config
    }

    @Test func theDevice() throws {
        let config = try config([])
        #expect(Set(config.keys) == ["dev", "o", "cmps", "availability", "availability_mode", "qos"])
        let device = try #require(config["dev"] as? Object)
        #expect(device["ids"] as? String == "a_b_yard_1" && device["name"] as? String == "Yard 1")
        #expect(
            Set(device.keys).isSubset(of: [
                "ids", "cns", "name", "mf", "mdl", "sw", "hw", "sn", "sa", "cu", "via_device",
            ]))
        let origin = try #require(config["o"] as? Object)
        #expect(origin["name"] as? String == "Tacit" && Set(origin.keys).isSubset(of: ["name", "sw", "url"]))
        #expect(config["availability_mode"] as? String == "all")
        let availability = try #require(config["availability"] as? [Object])
        #expect(availability.map { $0["topic"] as? String } == ["a/b/available", "a/b/yard_1/available"])
        #expect(availability.allSatisfy { Set($0.keys) == ["topic"] })
    }

    @Test func eachEntity() throws {
        let config = try config(["--only", "label 01,label 03"])
        let entities = try #require(config["cmps"] as? [String: Object])
        #expect(
            Set(entities.keys)
                == Set((0..<5).map { "label_label_0\($0)" } + ["event", "level", "last", "lost", "dropped"]))
        #expect(Set(entities.values.compactMap { $0["unique_id"] as? String }).count == entities.count)
        #expect(Set(entities.values.compactMap { $0["state_topic"] as? String }).count == entities.count)
        for (key, entity) in entities {
            // No templates, and neither `object_id`, which is gone, nor a topic that is shared.
            #expect(!entity.keys.contains { $0.contains("template") || $0 == "object_id" })
            #expect(entity["unique_id"] as? String == "a_b_yard_1_\(key)")
            #expect((entity["name"] as? String)?.isEmpty == false)
            var known = Self.common
            switch entity["p"] as? String {
            case "binary_sensor":
                #expect(entity["device_class"] as? String == "sound")
                let isChosen = key.hasSuffix("1") || key.hasSuffix("3")
                #expect(entity["enabled_by_default"] as? Bool == (isChosen ? nil : false))
            case "event":
                known.insert("event_types")
                #expect(entity["event_types"] as? [String] == ["on", "off"])
                // Only button, doorbell and motion are classes of events.
                #expect(entity["device_class"] == nil)
            case "sensor":
                known.formUnion(["unit_of_measurement", "state_class"])
                if key == "lost" {
                    #expect(
                        entity["device_class"] as? String == "duration"
                            && entity["unit_of_measurement"] as? String == "s")
                }
                let state = entity["state_class"] as? String
                #expect(state == nil || ["measurement", "total", "total_increasing"].contains(state))
                // What is text has neither a unit nor a class of states.
                if key == "last" { #expect(state == nil && entity["unit_of_measurement"] == nil) }
            default: Issue.record("no such platform")
            }
            #expect(Set(entity.keys).isSubset(of: known))
            if let category = entity["entity_category"] as? String { #expect(category == "diagnostic") }
        }
    }
}
