import TacitText

/// The topics of one input, in front of them a prefix.
package struct MQTTTopics {
    let prefix: String
    /// The input's, as it stands in topics.
    let device: String
    /// `[labels]`: as they stand in topics.
    private(set) var labels: [String]

    /// This machine's host name, as it stands in topics.
    static let board = Slug.make(HostName.own() ?? "")

    package init(prefix: String, device: String, labels: [String]) {
        self.prefix = prefix
        self.device = device
        self.labels = Slug.distinct(labels)
    }

    /// Labels came, behind those that there were, whose topics stay as they are.
    mutating func relabel(_ names: [String]) { labels = Slug.distinct(names) }

    /// Whether the program is there; its last will.
    var program: String { Self.program(prefix) }
    static func program(_ prefix: String) -> String { "\(prefix)/available" }

    private var base: String { "\(prefix)/\(device)" }
    /// Whether the input delivers anything.
    var available: String { "\(base)/available" }
    func label(_ index: Int) -> String { label(labels[index]) }
    /// Of a label as it stands in topics, whether there is one or not.
    package func label(_ name: String) -> String { "\(base)/label/\(name)" }
    /// Of all labels that the broker may know of.
    var anyLabel: String { "\(base)/label/+" }
    /// The label of such a topic, where it is none of those that there are; nil for every other topic, and for what no
    /// program like this one has told.
    func stray(_ topic: String) -> String? {
        let front = "\(base)/label/"
        guard topic.utf8.starts(with: front.utf8) else { return nil }
        let label = String(decoding: topic.utf8.dropFirst(front.utf8.count), as: UTF8.self)
        return Slug.make(label, longest: 200) == label && !labels.contains(label) ? label : nil
    }
    package var event: String { "\(base)/event" }
    var level: String { "\(base)/level" }
    var lost: String { "\(base)/lost" }
    var last: String { "\(base)/last" }
    /// Events that found the queue full.
    var dropped: String { "\(base)/dropped" }

    /// Where people say what events were, and where they are told what became of it.
    var command: String { "\(base)/command" }
    package var answer: String { "\(command)/answer" }

    /// One that no other input has, on whichever board: prefix and device, and a number made of both where signs of the
    /// prefix are lost, or where levels beyond two could be read as others.
    var identifier: String {
        let plain = Slug.make(prefix, longest: 200) + "_" + device
        let levels = prefix.split(separator: "/").map(String.init)
        let isRead = levels.count <= 2 && levels.allSatisfy { Slug.make($0) == $0 && !$0.contains("_") }
        return isRead ? plain : "\(plain)_\(Slug.number(of: "\(prefix)/\(device)"))"
    }

    package var discovery: String { "homeassistant/device/\(identifier)/config" }

    static let homeAssistant = "homeassistant/status"
}
