import TacitDiagnostics

/// What a connection's thread shares with those who tell something there.
package struct MQTTShared {
    private(set) var devices: [MQTTDevice] = []
    /// By the devices' places, also of those that are no more.
    var inboxes: [MQTTInbox] = []
    var isOpen = false
    var problem = MQTTAnswers.notReached
    var isOver = false
    /// Takes leave of the broker: who comes now has a connection of their own.
    var isLeaving = false
    /// Nobody waits any more for a broker that takes nothing.
    var isGivenUp = false
    var progress = 0
    /// Messages that are on their way, as far as is known here.
    var onTheirWay = 0
    /// What the broker is still to be told of inputs that it was not waited for with, by their names.
    private var farewells: [String: [MQTTMessage]] = [:]

    package init() {}

    /// An input is told of at the broker from now on; `shared` is what this is in.
    package mutating func add(
        _ topics: MQTTTopics, _ stream: StreamDescription, hasDiscovery: Bool, in shared: Guarded<MQTTShared>
    ) -> MQTTDevice {
        let device = MQTTDevice(topics, stream, hasDiscovery: hasDiscovery, shared, place: inboxes.count)
        // From now on it speaks for itself.
        farewells[device.name] = nil
        devices.append(device)
        inboxes.append(MQTTInbox(labels: stream.eventNames.count))
        return device
    }

    /// Its inbox takes nothing any more.
    mutating func remove(_ device: MQTTDevice) {
        devices.removeAll { $0 === device }
        inboxes[device.place].queue = BoundedQueue(capacity: 0)
        inboxes[device.place].answers = BoundedQueue(capacity: 0)
    }

    /// The same before the broker has all of it: as long as others are told of there, it will be told how that one ended.
    package mutating func giveUp(_ device: MQTTDevice) {
        remove(device)
        if !devices.isEmpty { farewells[device.name] = device.farewell }
    }

    /// What is to be said of one that was given up; nil for none.
    package mutating func takeFarewell() -> [MQTTMessage]? { farewells.popFirst()?.value }

    /// Whether the broker has all of it, and either has taken leave or is kept by others.
    func isDone(_ device: MQTTDevice) -> Bool {
        inboxes[device.place].isOver && onTheirWay == 0
            && (isOver || devices.contains { !inboxes[$0.place].isFinishing })
    }

    /// Whether all who are told there have said everything, and the broker has it.
    var isLast: Bool {
        !devices.isEmpty && devices.allSatisfy { inboxes[$0.place].isOver } && onTheirWay == 0 && farewells.isEmpty
    }
}
