import TacitDiagnostics
import TacitLive
import TacitText

/// An input as a broker is told of it: what is on, how loud it is, what was lost, and a queue of events.
///
/// Each event is told once and in order, for as long as the queue has room. States are told as they change; while the broker
/// is away only what they are in the end, once it is back.
package final class MQTTDevice: @unchecked Sendable {
    // Changed by the connection's thread, with the monitor locked.
    private(set) var topics: MQTTTopics
    private(set) var stream: StreamDescription
    private let monitor: Monitor
    private let hasDiscovery: Bool
    private var discovery: [UInt8]?

    // The monitor's: what the stream has said.
    private var queue: BoundedQueue<LiveEvent>
    private var isOn: [Bool]
    /// The label that turned on last.
    private var lastOn: Int?
    private var answers = BoundedQueue<CorrectionAnswer>(capacity: 64)
    private var level: Double?
    private var lostSeconds = 0.0
    private var dropped = 0
    private var lastSign: Double?
    /// Labels that came or went, before the connection's thread knows.
    private var newLabels: StreamLabels?
    private(set) var isFinishing = false
    /// Whether all has been said, the farewell included.
    package private(set) var isOver = false

    // The connection's thread's: what the broker has been told, or is to be.
    /// Whether the broker has been told of it since it was connected.
    var hasBegun = false
    /// Whether the broker has said, since then, which labels it knows of.
    private var hasHeard = false
    /// Acknowledgements of the broker's behind which it has said that.
    private var hearing = 0
    private var format: JSONLineFormat
    private var pending = GrowingQueue<MQTTMessage>()
    /// Whether all is to be said once more.
    private var isToldAgain = false
    private var told: [Bool]
    /// Events in the queue whose states are told already.
    private var settled = 0
    /// Labels that are no more.
    private var forgotten: Set<Int> = []
    /// Labels that an earlier run told of and that are no more; and when Home Assistant is told.
    private var leftovers = MQTTLeftovers()
    private var goneDue: Double?
    private var toldAvailable: Bool?
    private var toldLast: Int?
    private var toldLevel: Double?
    private var levelTime = -1.0
    private var toldLost: Double?
    private var toldDropped: Int?

    /// Events that may wait.
    static let capacity = 4096
    /// Seconds in which a broker says which labels it knows of, and in which one follows the other.
    private static let hearingSeconds = 10.0
    private static let goneSeconds = 0.5

    package init(_ topics: MQTTTopics, _ stream: StreamDescription, hasDiscovery: Bool, monitor: Monitor) {
        self.topics = topics
        self.stream = stream
        self.monitor = monitor
        self.hasDiscovery = hasDiscovery
        discovery = hasDiscovery ? MQTTDiscovery.payload(topics, stream) : nil
        queue = BoundedQueue(capacity: Self.capacity)
        isOn = Array(repeating: false, count: stream.eventNames.count)
        told = isOn
        format = JSONLineFormat(stream, hasLogits: false, hasEventType: true)
    }

    // MARK: From the stream, with the monitor locked

    func hasAdvanced(_ now: Double) { lastSign = now }
    func has(level: Double?) { self.level = level }
    func hasLost(_ seconds: Double) { lostSeconds += seconds }
    var isFull: Bool { queue.isFull }
    var waiting: Int { queue.count }

    /// Nothing is on any more, also where the stream had no end of its own, as a recording that is cut off.
    package func isFinishingNow() {
        isFinishing = true
        for label in isOn.indices { isOn[label] = false }
    }

    /// False when the event is lost, for want of room.
    package func add(_ event: LiveEvent) -> Bool {
        isOn[event.label] = event.state == .on
        if event.state == .on { lastOn = event.label }
        if queue.append(event) { return true }
        dropped += 1
        return false
    }

    func relabel(_ labels: StreamLabels) {
        isOn += Array(repeating: false, count: max(0, labels.eventNames.count - isOn.count))
        newLabels = labels
    }

    /// More than there is room for are not asked for at once.
    func add(_ answer: CorrectionAnswer) { _ = answers.append(answer) }

    // MARK: From the connection's thread

    /// The broker knows nothing: it is told everything, from the description on.
    ///
    /// - Parameters:
    ///   - arrived: how many acknowledgements there are once the first of what is told from now on has come.
    ///   - now: by `Stopwatch`.
    package func begin(arrived: Int, _ now: Double) {
        hasBegun = true
        hasHeard = false
        hearing = arrived
        monitor.locked {
            relabel()
            // What happened while no one listened is an event, but no state any more. A stream that waits for its readers
            // has no such time.
            if !stream.waitsForReaders {
                told = isOn
                settled = queue.count
                toldLast = lastOn
            }
        }
        // What Home Assistant had not been told yet is part of what it is told anew.
        if goneDue != nil { tellDiscovery() }
        leftovers.begin(until: now + Self.hearingSeconds)
        // What was to be said when the connection broke is said anew, but for what is said once.
        var once: [MQTTMessage] = []
        while let message = pending.removeFirst() {
            if !message.isRetained { once.append(message) }
        }
        toldAvailable = nil
        tellAll()
        for message in once { pending.append(message) }
    }

    /// The broker keeps something there. Of a label that is no more, nothing is to be kept.
    ///
    /// - Parameters:
    ///   - topic: any that the broker names.
    ///   - now: by `Stopwatch`.
    /// - Returns: false for the first that is one too many: it and all behind it are left alone.
    package func isKept(_ topic: String, _ now: Double) -> Bool {
        guard leftovers.areAsked(now), let label = topics.stray(topic) else { return true }
        guard leftovers.add(label, now) else { return false }
        goneDue = now + Self.goneSeconds
        return true
    }

    /// Takes note of how many acknowledgements there are, in front of which all was taken that the broker had said.
    ///
    /// - Returns: whether it need not be listened to from now on.
    package func hears(arrived: Int, _ now: Double) -> Bool {
        if arrived >= hearing { hasHeard = true }
        return leftovers.areOver(now)
    }

    /// Says once more what there is and how it stands, once all that is to be said already is said: who asks time and
    /// again and takes nothing is told no more for it.
    package func tellAgain() { isToldAgain = true }

    private func tellAll() {
        isToldAgain = false
        if let discovery { pending.append(MQTTMessage(topics.discovery, discovery)) }
        if let toldAvailable { tellAvailable(toldAvailable) }
        for label in told.indices { tellState(label) }
        if let toldLast { tellLast(toldLast) }
        toldLevel = nil
        toldLost = nil
        toldDropped = nil
    }

    /// The next message that is due; nil for none.
    ///
    /// - Parameter now: by `Stopwatch`.
    package func next(_ now: Double) -> MQTTMessage? {
        if pending.isEmpty { fill(now) }
        if let message = pending.removeFirst() { return message }
        // Behind all that happens, for there may be much of it.
        while let label = leftovers.next() {
            // One that has come back since is told of already.
            if !topics.labels.contains(label) { return MQTTMessage(topics.label(label), "") }
        }
        return nil
    }

    /// With the monitor locked: says what there is now, and that what is gone is gone.
    private func relabel() {
        guard let labels = newLabels else { return }
        newLabels = nil
        let before = forgotten
        let now = Set(labels.forgottenEvents)
        forgotten = now
        let names = labels.eventNames
        stream = stream.relabelled(labels)
        topics.relabel(names)
        format.relabel(labels)
        let fresh = told.count..<max(told.count, names.count)
        told += Array(repeating: false, count: fresh.count)
        tellDiscovery()
        for label in before.symmetricDifference(now).union(fresh).sorted() { tellState(label) }
    }

    private func tellDiscovery() {
        goneDue = nil
        guard hasDiscovery else { return }
        let made = MQTTDiscovery.payload(topics, stream, gone: leftovers.labels)
        discovery = made
        pending.append(MQTTMessage(topics.discovery, made))
    }

    private func fill(_ now: Double) {
        if isToldAgain { tellAll() }
        var event: LiveEvent?
        monitor.locked {
            relabel()
            // Once for many.
            if let goneDue, now >= goneDue || isFinishing && hasHeard { tellDiscovery() }
            let isAvailable = lastSign.map { now - $0 < stream.sense.longestSilence } ?? false
            if isAvailable != toldAvailable, !isFinishing || toldAvailable == nil {
                toldAvailable = isAvailable
                tellAvailable(isAvailable)
            }
            tellFigures(now)
            while let answer = answers.removeFirst() {
                pending.append(MQTTMessage(topics.answer, answer.bytes.dropLast(), isRetained: false))
            }
            event = queue.removeFirst()
            // Before another event can come, whose state would be told twice.
            if event == nil { settle() } else { monitor.signal() }
        }
        if let event { tell(event) }
    }

    private func tell(_ event: LiveEvent) {
        if settled > 0 {
            settled -= 1
        } else {
            told[event.label] = event.state == .on
            tellState(event.label)
            if event.state == .on { tellLast(event.label) }
        }
        format.event(event)
        pending.append(MQTTMessage(topics.event, format.bytes.dropLast(), isRetained: false))
    }

    /// With nothing else to say, and the monitor locked: what is on and off is told as it is, whatever was lost; and at the end
    /// there is a farewell.
    private func settle() {
        for label in told.indices where told[label] != isOn[label] {
            told[label] = isOn[label]
            tellState(label)
        }
        if let lastOn, lastOn != toldLast { tellLast(lastOn) }
        guard pending.isEmpty, leftovers.areCleared, isFinishing, hasHeard else { return }
        if toldAvailable == true {
            toldAvailable = false
            tellAvailable(false)
        } else {
            isOver = true
        }
    }

    private func tellFigures(_ now: Double) {
        if let level, level != toldLevel, now - levelTime >= 1 || isFinishing {
            toldLevel = level
            levelTime = now
            pending.append(MQTTMessage(topics.level, decimal(level, places: 1)))
        }
        if lostSeconds != toldLost {
            toldLost = lostSeconds
            pending.append(MQTTMessage(topics.lost, decimal(lostSeconds, places: 3)))
        }
        if dropped != toldDropped {
            toldDropped = dropped
            pending.append(MQTTMessage(topics.dropped, "\(dropped)"))
        }
    }

    private func tellAvailable(_ isAvailable: Bool) {
        pending.append(MQTTMessage(topics.available, isAvailable ? "online" : "offline"))
    }

    private func tellState(_ label: Int) {
        // Without a payload nothing is retained any more.
        let state = forgotten.contains(label) ? "" : told[label] ? "ON" : "OFF"
        pending.append(MQTTMessage(topics.label(label), state))
    }

    private func tellLast(_ label: Int) {
        toldLast = label
        // Home Assistant takes states of at most 255 characters.
        pending.append(MQTTMessage(topics.last, String(stream.eventNames[label].prefix(255))))
    }

    private func decimal(_ value: Double, places: Int) -> [UInt8] {
        var buffer = ByteBuffer(capacity: 32)
        buffer.append(value, places: places)
        return buffer.bytes
    }
}
