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
    /// Whether there was a connection to this broker before, whose last will may yet come and say the program is gone.
    private let followsAnother: Bool
    private let wakePipe: WakePipe
    let monitor = Monitor()
    private let log = LogSpeaker()
    private let losses = LogSpeaker()
    // The monitor's.
    private var devices: [MQTTDevice] = []
    private var isOpen = false
    private var problem = MQTTAnswers.notReached
    private var isOver = false
    /// Takes leave of the broker: who comes now has a connection of their own.
    private var isLeaving = false
    /// Nobody waits any more for a broker that takes nothing.
    private var isGivenUp = false
    private(set) var progress = 0
    // The thread's.
    private let client: MQTTClient
    private var nextTry = 0.0
    private var backoff = Backoff(shortest: 1, longest: MQTTConnection.longestDelay, jitter: 0.5)
    private var wasOpen = false
    private var openSince = 0.0
    /// When to say once more that the program is there.
    private var nextOnline = Double.infinity
    /// Why the broker can't be had, as it was said last.
    private var saidProblem: String?
    private var hasSaidGoodbye = false
    private var lastRepeat = 0.0

    /// Messages that may be on their way at once.
    private static let window = 64
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
            if let known = connection, !known.monitor.locked({ known.isOver || known.isLeaving }) { return known }
            let made = try MQTTConnection(address, settings, in: place, followsAnother: connection != nil)
            connection = made
            return made
        }
    }

    private init(_ address: MQTTAddress, _ settings: MQTTSettings, in place: Place, followsAnother: Bool) throws {
        self.address = address
        self.place = place
        self.followsAnother = followsAnother
        self.settings = settings
        wakePipe = try WakePipe(for: address.description, failure: .cannotCreate)
        client = try MQTTClient(address, settings)
        try DetachedThread.start(for: address.description, failing: .cannotCreate) { self.serve() }
    }

    /// - Returns: the input as this broker is told of it; nil where the last one before it has just taken leave.
    func add(_ stream: StreamDescription) -> MQTTDevice? {
        let device: MQTTDevice? = monitor.locked {
            if isOver || isLeaving { return nil }
            let plain = stream.device ?? Slug.make(stream.source ?? stream.input)
            let others = devices.map(\.topics.device)
            let name = Slug.distinct(others + [plain]).last ?? plain
            let device = MQTTDevice(
                MQTTTopics(prefix: address.prefix, device: name, labels: stream.eventNames), stream,
                hasDiscovery: settings.hasDiscovery, monitor: monitor)
            devices.append(device)
            return device
        }
        wakePipe.wake()
        return device
    }

    func wake() { wakePipe.wake() }

    /// - Returns: why the broker can't be had; nil when it can.
    func waitUntilOpen(seconds: Double) -> String? {
        let start = Stopwatch.now
        return monitor.locked {
            // Of one that takes leave another is asked for.
            while !isOpen, !isLeaving, !isOver, Stopwatch.now - start < seconds { monitor.wait(seconds: 0.1) }
            return isOpen || isLeaving || isOver ? nil : problem
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
        monitor.locked { device.isFinishingNow() }
        wakePipe.wake()
        defer { wakePipe.wake() }
        return monitor.locked {
            var seen = progress
            var since = Stopwatch.now
            var stopTime: Double?
            while !isDone(device) {
                let now = Stopwatch.now
                if stopTime == nil, stop.isStopping { stopTime = now }
                guard stopTime.map({ now - $0 < shortPatience }) ?? (now - since < patience) else { break }
                monitor.wait(seconds: 0.05)
                if seen != progress { since = Stopwatch.now }
                seen = progress
            }
            let left = isDone(device) ? 0 : device.waiting + onTheirWay
            devices.removeAll { $0 === device }
            // Whoever is to be told there next begins anew, maybe with a better password.
            if devices.isEmpty, !isOver {
                (isGivenUp, isLeaving) = (true, true)
                monitor.signal()
            }
            return (left, isOpen ? nil : problem)
        }
    }

    /// Messages that are on their way, as far as is known here.
    private var onTheirWay = 0

    private func isDone(_ device: MQTTDevice) -> Bool {
        device.isOver && onTheirWay == 0 && (isOver || devices.contains { !$0.isFinishing })
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
        if monitor.locked({ isGivenUp }) {
            // Whoever has taken over says how it is from now on.
            if client.state == .open, place.connection.withLock({ $0 === self }) {
                _ = client.publish(MQTTMessage(MQTTTopics.program(address.prefix), "offline"))
            }
            leave()
            return true
        }
        let isLast = monitor.locked {
            let isLast = client.state == .open && !devices.isEmpty && devices.allSatisfy(\.isOver) && onTheirWay == 0
            if isLast { isLeaving = true }
            return isLast
        }
        guard isLast else { return false }
        if !hasSaidGoodbye {
            hasSaidGoodbye = true
            _ = client.publish(MQTTMessage(MQTTTopics.program(address.prefix), "offline"))
            monitor.locked { onTheirWay = client.onTheirWay }
            return false
        }
        leave()
        return true
    }

    /// Also where it is not welcome yet: behind a farewell no last will is read out.
    private func leave() {
        if client.state != .closed { client.disconnect() }
        monitor.locked {
            isOver = true
            monitor.signal()
        }
    }

    private func askAgain() {
        let now = Stopwatch.now
        let isFinishing = monitor.locked { devices.contains(where: \.isFinishing) }
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
        if now >= nextOnline {
            nextOnline = .infinity
            _ = client.publish(MQTTMessage(MQTTTopics.program(address.prefix), "online"))
        }
        let devices = monitor.locked { self.devices }
        if now - lastRepeat >= 1, client.hasHomeAssistantBegun() {
            lastRepeat = now
            for device in devices { device.tellAgain() }
        }
        while let command = client.nextCommand() { obey(command, devices) }
        let lost = client.takeLostCommands()
        if lost > 0 {
            losses.line { $0.append(string: "\(address.description): \(lost) commands at once too many are lost") }
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
            while client.onTheirWay < Self.window, let message = device.next(now) {
                if client.publish(message) { continue }
                losses.line { line in
                    line.append(
                        string: "\(address.description): a message to \(message.topic) is lost: \(client.problem)")
                }
            }
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
        let answer: @Sendable (CorrectionAnswer) -> Void = { answer in
            self.monitor.locked { device.add(answer) }
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
        // The last will of one before this, whose connection has gone dead, comes that late at most.
        if followsAnother { nextOnline = openSince + 2 * Double(MQTTClient.keepAlive) }
        client.subscribe(MQTTTopics.homeAssistant)
        _ = client.publish(MQTTMessage(MQTTTopics.program(address.prefix), "online"))
        for device in monitor.locked({ devices }) { device.hasBegun = false }
        if saidProblem != nil {
            log.line { $0.append(string: "\(address.description): connected") }
        }
        saidProblem = nil
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
        if monitor.locked({ !devices.isEmpty }) { sayProblem() }
    }

    private func look() {
        monitor.locked {
            isOpen = client.state == .open
            problem = client.problem
            onTheirWay = client.onTheirWay
            progress = client.arrived
            monitor.signal()
        }
    }

    private func sayProblem() {
        guard saidProblem != client.problem else { return }
        saidProblem = client.problem
        log.line { $0.append(string: "\(address.description): \(client.problem); tried again") }
    }
}
