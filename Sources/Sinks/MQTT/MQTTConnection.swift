import Glibc
import Synchronization
import TacitConsole
import TacitDiagnostics
import TacitLive
import TacitText

/// A broker, and a thread of its own that talks to it for every input that is told there.
///
/// A broker that is away is asked again, after twice as long each time. Messages are on their way until the broker has
/// said that it has them, and are sent again over the next connection if it hasn't.
final class MQTTConnection: @unchecked Sendable {
    let address: MQTTAddress
    private let settings: MQTTSettings
    private let place: Place
    private let wakePipe: WakePipe
    let shared = Guarded(MQTTShared())
    private let log = LogSpeaker()
    private let losses = LogSpeaker()
    // All below is the thread's.
    private let client: MQTTClient
    private var nextTry = 0.0
    private var backoff = Backoff(shortest: 1, longest: MQTTConnection.longestDelay, jitter: 0.5)
    private var wasOpen = false
    private var openSince = 0.0
    /// When to say once more that the program is there.
    private var nextOnline = Double.infinity
    /// Why the broker can't be had, as it was said last.
    private var saidProblem: String?
    /// Topics that may not be read, as far as that was said.
    private var refused: Set<String> = []
    private var hasSaidGoodbye = false
    private var lastRepeat = 0.0
    private var lastOnline = 0.0

    /// Messages that may be on their way at once.
    static let window = 64
    /// Seconds between two tries, at most.
    private static let longestDelay = 30.0

    /// Where the one that this program has to a broker stands. It is made under this lock, not that of all others:
    /// whoever is waited for, as for a password that comes through a pipe, holds up nobody who is told elsewhere.
    private final class Place: Sendable {
        let connection = Mutex<MQTTConnection?>(nil)
    }

    private static let places = Mutex<[[UInt8]: Place]>([:])

    /// The one that this program has to a broker.
    ///
    /// - Throws: `TacitError`: output where it can't be made, input for the password's file.
    static func shared(_ address: MQTTAddress, _ settings: MQTTSettings) throws -> MQTTConnection {
        // Topics are bytes.
        let key = Array("\(address.user ?? "")@\(address.description)".utf8)
        let place = places.withLock { places in
            if let known = places[key] { return known }
            let made = Place()
            places[key] = made
            return made
        }
        return try place.connection.withLock { connection in
            if let known = connection, !known.shared.locked({ $0.isOver || $0.isLeaving }) { return known }
            let made = try MQTTConnection(address, settings, in: place)
            connection = made
            return made
        }
    }

    private init(_ address: MQTTAddress, _ settings: MQTTSettings, in place: Place) throws {
        self.address = address
        self.place = place
        self.settings = settings
        wakePipe = try WakePipe(for: address.description, failure: .cannotCreate)
        client = try MQTTClient(address, settings)
        try DetachedThread.start(for: address.description, failing: .cannotCreate) { self.serve() }
    }

    /// - Returns: the input as this broker is told of it; nil where the last one before it has just taken leave.
    func add(_ stream: StreamDescription) -> MQTTDevice? {
        let device: MQTTDevice? = shared.locked { state in
            if state.isOver || state.isLeaving { return nil }
            let plain = stream.device ?? Slug.distinct([stream.source ?? stream.input])[0]
            let name = Slug.distinct(state.devices.map(\.name) + [plain]).last ?? plain
            return state.add(
                MQTTTopics(prefix: address.prefix, device: name, labels: stream.eventNames), stream,
                hasDiscovery: settings.hasDiscovery, in: shared)
        }
        wakePipe.wake()
        return device
    }

    func wake() { wakePipe.wake() }

    /// - Returns: why the broker can't be had, as far as is known when it is to stop; nil when it can.
    func waitUntilOpen(seconds: Double, stop: StopToken) -> String? {
        let start = Stopwatch.now
        return shared.wait(every: 0.1) { state -> String?? in
            // Of one that takes leave another is asked for.
            if state.isOpen || state.isLeaving || state.isOver { return .some(nil) }
            if !stop.isStopping, Stopwatch.now - start < seconds { return nil }
            return state.problem
        }
    }

    /// Waits until a device has nothing more to say, until the broker takes nothing for `patience` seconds, or until
    /// `shortPatience` seconds after a wish to stop, whatever it takes.
    ///
    /// - Returns: how many messages were not delivered, and why the broker can't be had; nil where it takes them too
    ///   slowly.
    func finish(
        _ device: MQTTDevice, stop: StopToken, patience: Double, shortPatience: Double
    ) -> (left: Int, problem: String?) {
        device.withInbox { $0.isFinishingNow() }
        wakePipe.wake()
        defer { wakePipe.wake() }
        var seen: Int?
        var since = 0.0
        var stopTime: Double?
        return shared.wait(every: 0.05) { state in
            let isDone = state.isDone(device)
            if !isDone {
                let now = Stopwatch.now
                if state.progress != seen { (seen, since) = (state.progress, now) }
                if stopTime == nil, stop.isStopping { stopTime = now }
                if stopTime.map({ now - $0 < shortPatience }) ?? (now - since < patience) { return nil }
            }
            let left = isDone ? 0 : state.inboxes[device.place].queue.count + state.onTheirWay
            if isDone { state.remove(device) } else { state.giveUp(device) }
            // Whoever is to be told there next begins anew, maybe with a better password.
            if state.devices.isEmpty, !state.isOver {
                (state.isGivenUp, state.isLeaving) = (true, true)
                shared.signal()
            }
            return (left, state.isOpen ? nil : state.problem)
        }
    }

    private func serve() {
        while !isOverNow() {
            if client.state == .closed {
                askAgain()
            } else {
                if client.state == .open { talk() }
                converse()
            }
            look()
        }
    }

    /// Once all have taken leave, so does the program.
    private func isOverNow() -> Bool {
        if shared.locked({ $0.isGivenUp }) {
            // A farewell would come behind all that is not taken, or never: the last will says it. Whoever has taken over
            // says how it is from now on.
            if client.state == .open, place.connection.withLock({ $0 === self }) { client.hangUp() }
            leave()
            return true
        }
        let isLast = shared.locked { state in
            let isLast = client.state == .open && state.isLast
            if isLast { state.isLeaving = true }
            return isLast
        }
        guard isLast else { return false }
        if !hasSaidGoodbye {
            hasSaidGoodbye = true
            send(MQTTMessage(MQTTTopics.program(address.prefix), "offline"))
            shared.locked { $0.onTheirWay = client.onTheirWay }
            return false
        }
        leave()
        return true
    }

    /// Also where it is not welcome yet: behind a farewell no last will is read out.
    private func leave() {
        if client.state != .closed { client.disconnect() }
        shared.locked { $0.isOver = true }
        shared.signal()
    }

    private func askAgain() {
        let now = Stopwatch.now
        let isFinishing = shared.locked { state in
            state.devices.contains { state.inboxes[$0.place].isFinishing }
        }
        let due = isFinishing ? min(nextTry, now + 0.5) : nextTry
        if now < due {
            // Somebody may be told there only since the last try.
            sayProblemIfTold()
            var descriptor = pollfd(fd: wakePipe.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&descriptor, 1, Int32((due - now) * 1000) + 1)
            wakePipe.clear()
            if Stopwatch.now < due { return }
        }
        nextTry = Stopwatch.now + backoff.next()
        if !client.connect() { sayProblemIfTold() }
    }

    /// Says what is due, as much as may be on its way.
    private func talk() {
        if !wasOpen { begin() }
        let now = Stopwatch.now
        let isDoubted = now >= nextOnline || now - lastOnline >= 1 && client.isSaidToBeGone()
        if isDoubted, !hasSaidGoodbye { sayOnline(now) }
        // Before it is known who is there: who is given up from here on says nothing more behind its farewell.
        while client.onTheirWay < Self.window, let farewell = shared.locked({ $0.takeFarewell() }) {
            for message in farewell { send(message) }
        }
        let devices = shared.locked { $0.devices }
        if now - lastRepeat >= 1, client.hasHomeAssistantBegun() {
            lastRepeat = now
            for device in devices { device.tellAgain() }
        }
        while let command = client.nextCommand() { obey(command, devices) }
        let lost = client.takeLostCommands()
        if lost > 0 {
            losses.line { $0.append(string: "\(address.description): \(lost) commands at once too many are lost") }
        }
        while let topic = client.nextRefused() {
            // Without discovery nothing depends on whether Home Assistant has begun.
            let isNeeded = topic != MQTTTopics.homeAssistant || settings.hasDiscovery
            guard isNeeded, refused.insert(topic).inserted else { continue }
            log.line { $0.append(string: "\(address.description): the broker doesn't let \(topic) be read") }
        }
        while let topic = client.nextKept() {
            for device in devices where !device.isKept(topic, now) { sayTooManyAreKept(device) }
        }
        for device in devices {
            if !device.hasBegun {
                // Asked before anything is told, so that the answer comes before that is acknowledged.
                client.askWhatIsKept(device.topics.anyLabel)
                device.begin(arrived: client.arrived + client.onTheirWay + 1, now)
                if settings.takesCommands { client.takeCommands(device.topics.command) }
            }
            if device.hears(arrived: client.arrived, now) { client.stopAsking(device.topics.anyLabel) }
            while client.onTheirWay < Self.window, let message = device.next(now) { send(message) }
        }
    }

    private func send(_ message: MQTTMessage) {
        guard !client.publish(message) else { return }
        losses.line { line in
            line.append(string: "\(address.description): a message to \(message.topic) is lost: \(client.problem)")
        }
    }

    /// Whoever may write there has left more than a program like this one does.
    private func sayTooManyAreKept(_ device: MQTTDevice) {
        losses.line { line in
            line.append(
                string: "\(address.description): more than \(MQTTLeftovers.most) labels that are no more are kept for "
                    + "\(device.topics.device): the rest is left alone")
        }
    }

    /// Has what someone says of an event learned, and says what became of it.
    private func obey(_ command: MQTTMessage, _ devices: [MQTTDevice]) {
        guard let device = devices.first(where: { $0.topics.command == command.topic }) else { return }
        device.withInbox { $0.ask() }
        let answer: @Sendable (CorrectionAnswer) -> Void = { answer in
            device.withInbox { $0.add(answer) }
            self.wake()
        }
        guard let corrections = device.stream.corrections else {
            return answer(CorrectionAnswer(outcome: .refused, words: "nothing is learned here"))
        }
        corrections.submit(command.payload, answer)
    }

    /// The broker is there, and knows nothing yet.
    private func begin() {
        wasOpen = true
        openSince = Stopwatch.now
        hasSaidGoodbye = false
        // The last will of a connection before this one, maybe of a run that ended with the board's power, comes once the
        // broker takes that for dead. So the program listens to that topic; where it may not, it says by `nextOnline` once
        // more that it is there.
        client.subscribe(MQTTTopics.program(address.prefix))
        client.subscribe(MQTTTopics.homeAssistant)
        sayOnline(openSince)
        nextOnline = min(nextOnline, openSince + 2 * Double(MQTTClient.keepAlive))
        for device in shared.locked({ $0.devices }) { device.hasBegun = false }
        if saidProblem != nil {
            log.line { $0.append(string: "\(address.description): connected") }
        }
        saidProblem = nil
    }

    private func sayOnline(_ now: Double) {
        lastOnline = now
        // Behind more than that it waits: what a broker doesn't take must not grow with each connection.
        guard client.onTheirWay < 2 * Self.window else {
            nextOnline = now + 1
            return
        }
        nextOnline = .infinity
        send(MQTTMessage(MQTTTopics.program(address.prefix), "online"))
    }

    private func converse() {
        var descriptors = [
            pollfd(fd: wakePipe.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(
                fd: client.socket, events: Int16(POLLIN) | (client.wantsToWrite ? Int16(POLLOUT) : 0), revents: 0),
        ]
        poll(&descriptors, 2, 500)
        wakePipe.clear()
        client.turn()
        // The library does not notice one that hangs up while TLS is agreed on.
        if descriptors[1].revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 { client.hasHungUp() }
        if client.state == .closed {
            // One that lets everybody in and sends them away again is not asked more often than one that is away.
            if wasOpen, Stopwatch.now - openSince >= Self.longestDelay {
                backoff.reset()
                nextTry = 0
            }
            wasOpen = false
            sayProblemIfTold()
        }
    }

    /// Who waits for a broker before it is told anything there says itself why it can't be had.
    private func sayProblemIfTold() {
        if shared.locked({ !$0.devices.isEmpty }) { sayProblem() }
    }

    private func look() {
        shared.locked { state in
            state.isOpen = client.state == .open
            state.problem = client.problem
            state.onTheirWay = client.onTheirWay
            state.progress = client.arrived
        }
        shared.signal()
    }

    private func sayProblem() {
        guard saidProblem != client.problem else { return }
        saidProblem = client.problem
        log.line { $0.append(string: "\(address.description): \(client.problem); tried again") }
    }
}
