import TacitDiagnostics
import TacitLive
import TacitText

/// An input as a broker is told of it: what is on, how loud it is, what was lost, and a queue of events.
///
/// Each event is told once and in order, for as long as the queue has room. States are told as they change; while the broker
/// is away only what they are in the end, once it is back. All here is the connection's thread's, but for `withInbox`.
package final class MQTTDevice: @unchecked Sendable {
    let name: String
    /// Among the inboxes.
    let place: Int
    private let shared: Guarded<MQTTShared>
    private let hasDiscovery: Bool
    private(set) var topics: MQTTTopics
    private(set) var stream: StreamDescription
    private var discovery: [UInt8]?

    // What the broker has been told, or is to be.
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
    /// Whether the end has begun, in front of events that wait.
    private var isEnding = false

    /// Seconds in which a broker says which labels it knows of, and in which one follows the other.
    private static let hearingSeconds = 10.0
    private static let goneSeconds = 0.5

    init(
        _ topics: MQTTTopics, _ stream: StreamDescription, hasDiscovery: Bool, _ shared: Guarded<MQTTShared>, place: Int
    ) {
        name = topics.device
        self.place = place
        self.topics = topics
        self.stream = stream
        self.shared = shared
        self.hasDiscovery = hasDiscovery
        discovery = hasDiscovery ? MQTTDiscovery.payload(topics, stream) : nil
        told = Array(repeating: false, count: stream.eventNames.count)
        format = JSONLineFormat(stream, hasLogits: false, hasEventType: true)
    }

    /// With `shared` locked: what the broker keeps of it when it is no more.
    var farewell: [MQTTMessage] {
        topics.labels.indices.map { MQTTMessage(topics.label($0), forgotten.contains($0) ? "" : "OFF") }
            + [MQTTMessage(topics.available, "offline")]
    }

    /// From any thread: what the stream says.
    package func withInbox<Result>(_ body: (inout MQTTInbox) -> Result) -> Result {
        shared.locked { body(&$0.inboxes[place]) }
    }

    /// The broker knows nothing: it is told everything, from the description on.
    ///
    /// - Parameters:
    ///   - arrived: how many acknowledgements there are once the first of what is told from now on has come.
    ///   - now: by `Stopwatch`.
    package func begin(arrived: Int, _ now: Double) {
        hasBegun = true
        hasHeard = false
        hearing = arrived
        withInbox { inbox in
            // The farewell is part of it, where a connection broke behind one.
            inbox.isOver = false
            relabel(&inbox)
            // What happened while no one listened is an event, but no state any more. A stream that waits for its readers
            // has no such time.
            if !stream.waitsForReaders {
                told = inbox.isOn
                settled = inbox.queue.count
                toldLast = inbox.lastOn
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

    /// Says what there is now, and that what is gone is gone.
    private func relabel(_ inbox: inout MQTTInbox) {
        guard let labels = inbox.newLabels else { return }
        inbox.newLabels = nil
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
        let event: LiveEvent? = withInbox { inbox in
            relabel(&inbox)
            // Once for many.
            if let goneDue, now >= goneDue || inbox.isFinishing && hasHeard { tellDiscovery() }
            let isAvailable = inbox.lastSign.map { now - $0 < stream.sense.longestSilence } ?? false
            if isAvailable != toldAvailable, !inbox.isFinishing || toldAvailable == nil {
                toldAvailable = isAvailable
                tellAvailable(isAvailable)
            }
            tellFigures(inbox, now)
            while let answer = inbox.answers.removeFirst() {
                pending.append(MQTTMessage(topics.answer, answer.bytes.dropLast(), isRetained: false))
            }
            if inbox.isFinishing, !isEnding { tellEnd(inbox) }
            let event = inbox.queue.removeFirst()
            // Before another event can come, whose state would be told twice.
            if event == nil { settle(&inbox) }
            return event
        }
        guard let event else { return }
        shared.signal()
        tell(event)
    }

    /// How it stands in the end is told before the events that still wait, where they are more than may be on their way at once:
    /// there may be no time for all of them. A stream that waits for its readers has that time.
    private func tellEnd(_ inbox: MQTTInbox) {
        isEnding = true
        guard !stream.waitsForReaders, inbox.queue.count > MQTTConnection.window else { return }
        settled = inbox.queue.count
        tellChanges(inbox)
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

    /// With nothing else to say: what is on and off is told as it is, whatever was lost; and at the end there is a farewell.
    private func settle(_ inbox: inout MQTTInbox) {
        tellChanges(inbox)
        guard pending.isEmpty, leftovers.areCleared, inbox.isFinishing, hasHeard else { return }
        if toldAvailable == true {
            toldAvailable = false
            tellAvailable(false)
        } else if inbox.unanswered == 0 {
            inbox.isOver = true
        }
    }

    private func tellChanges(_ inbox: MQTTInbox) {
        for label in told.indices where told[label] != inbox.isOn[label] {
            told[label] = inbox.isOn[label]
            tellState(label)
        }
        if let lastOn = inbox.lastOn, lastOn != toldLast { tellLast(lastOn) }
    }

    private func tellFigures(_ inbox: MQTTInbox, _ now: Double) {
        if let level = inbox.level, level != toldLevel, now - levelTime >= 1 || inbox.isFinishing {
            toldLevel = level
            levelTime = now
            pending.append(MQTTMessage(topics.level, decimal(level, places: 1)))
        }
        if inbox.lostSeconds != toldLost {
            toldLost = inbox.lostSeconds
            pending.append(MQTTMessage(topics.lost, decimal(inbox.lostSeconds, places: 3)))
        }
        if inbox.dropped != toldDropped {
            toldDropped = inbox.dropped
            pending.append(MQTTMessage(topics.dropped, "\(inbox.dropped)"))
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
