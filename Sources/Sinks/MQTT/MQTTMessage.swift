/// What is told to a broker.
package struct MQTTMessage {
    package let topic: String
    package let payload: [UInt8]
    /// Whether the broker keeps it for those that come later.
    package let isRetained: Bool

    init(_ topic: String, _ payload: [UInt8], isRetained: Bool = true) {
        self.topic = topic
        self.payload = payload
        self.isRetained = isRetained
    }

    init(_ topic: String, _ payload: String) {
        self.init(topic, Array(payload.utf8))
    }
}
