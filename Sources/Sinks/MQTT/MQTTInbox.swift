import TacitLive

/// What a stream has said of an input, until the connection's thread tells it to the broker.
package struct MQTTInbox {
    var queue = BoundedQueue<LiveEvent>(capacity: MQTTInbox.capacity)
    private(set) var isOn: [Bool]
    /// The label that turned on last.
    private(set) var lastOn: Int?
    var answers = BoundedQueue<CorrectionAnswer>(capacity: 64)
    /// Commands whose answers are still to come.
    private(set) var unanswered = 0
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

    /// A command came, whose answer will be added.
    package mutating func ask() { unanswered += 1 }

    /// More than there is room for are not asked for at once.
    package mutating func add(_ answer: CorrectionAnswer) {
        unanswered -= 1
        _ = answers.append(answer)
    }
}
