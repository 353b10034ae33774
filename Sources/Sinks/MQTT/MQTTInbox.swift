import TacitDiagnostics
import TacitLive

/// What a stream has said of an input, until the connection's thread tells it to the broker.
package struct MQTTInbox {
    var queue = BoundedQueue<LiveEvent>(capacity: MQTTInbox.capacity)
    private(set) var isOn: [Bool]
    /// The label that turned on last.
    private(set) var lastOn: Int?
    var answers = BoundedQueue<CorrectionAnswer>(capacity: 64)
    var level: Double?
    var lostSeconds = 0.0
    private(set) var dropped = 0
    var lastSign: Double?
    /// Labels that came or went, before the connection's thread knows.
    var newLabels: StreamLabels?
    private(set) var isFinishing = false
    /// Whether all has been said, the farewell included.
    package internal(set) var isOver = false

    /// Events that may wait.
    private static let capacity = 4096

    init(labels: Int) { isOn = Array(repeating: false, count: labels) }

    /// Nothing is on any more, also where the stream had no end of its own, as a recording that is cut off.
    package mutating func isFinishingNow() {
        isFinishing = true
        for label in isOn.indices { isOn[label] = false }
    }

    /// False when the event is lost, for want of room.
    package mutating func add(_ event: LiveEvent) -> Bool {
        isOn[event.label] = event.state == .on
        if event.state == .on { lastOn = event.label }
        if queue.append(event) { return true }
        dropped += 1
        return false
    }

    mutating func relabel(_ labels: StreamLabels) {
        isOn += Array(repeating: false, count: max(0, labels.eventNames.count - isOn.count))
        newLabels = labels
    }

    /// More than there is room for are not asked for at once.
    mutating func add(_ answer: CorrectionAnswer) { _ = answers.append(answer) }
}

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

    package init() {}

    /// - Parameter shared: what this is in.
    package mutating func add(
        _ topics: MQTTTopics, _ stream: StreamDescription, hasDiscovery: Bool, in shared: Guarded<MQTTShared>
    ) -> MQTTDevice {
        let device = MQTTDevice(topics, stream, hasDiscovery: hasDiscovery, shared, place: inboxes.count)
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

    /// Whether the broker has all of it, and either has taken leave or is kept by others.
    func isDone(_ device: MQTTDevice) -> Bool {
        inboxes[device.place].isOver && onTheirWay == 0
            && (isOver || devices.contains { !inboxes[$0.place].isFinishing })
    }

    /// Whether all who are told there have said everything, and the broker has it.
    var isLast: Bool { !devices.isEmpty && devices.allSatisfy { inboxes[$0.place].isOver } && onTheirWay == 0 }
}
