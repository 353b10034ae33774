import TacitDiagnostics

/// What Home Assistant knows an input by that a broker is told of.
package struct HomeAssistantDevice {
    package let identifier: String
    private let address: MQTTAddress
    private let topics: MQTTTopics

    /// - Parameters:
    ///   - sink: that tells of the input; nil comes of any but a broker that is to tell Home Assistant.
    ///   - device: the input, as it stands in topics.
    package init?(_ sink: ConfiguredSink, device: String) {
        guard sink.request.has(.broker), sink.settings.mqtt.hasDiscovery,
            let address = try? MQTTAddress(sink.request.address, isEncrypted: sink.request.has(.encrypted))
        else { return nil }
        self.address = address
        topics = MQTTTopics(prefix: address.prefix, device: device, labels: [])
        identifier = topics.identifier
    }

    /// Whether both are one device there, though they have topics of their own.
    package func isTaken(for other: HomeAssistantDevice) -> Bool {
        identifier == other.identifier && address.host == other.address.host
            && !SystemPath.areSame(topics.available, other.topics.available)
    }
}
