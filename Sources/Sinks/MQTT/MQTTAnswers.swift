import CTacitMosquitto
import Glibc

/// What the library calls back with, from within calls of its own on the connection's thread.
final class MQTTAnswers {
    var state = MQTTClient.State.closed
    var problem = MQTTAnswers.notReached
    private(set) var isRefused = false
    /// Of messages that have not arrived.
    var numbers: Set<Int32> = []
    var arrived = 0
    var hasHomeAssistantBegun = false
    var isSaidToBeGone = false
    /// Topics that were asked for with this connection and not answered yet, by the numbers of the questions.
    var asked: [Int32: String] = [:]
    /// Topics that the broker has refused.
    private(set) var refused = BoundedQueue<String>(capacity: 64)
    /// Topics of commands.
    var commandTopics: Set<String> = []
    /// Messages to these, as they came.
    private(set) var commands = BoundedQueue<MQTTMessage>(capacity: 16)
    /// Commands that found no room.
    var lostCommands = 0
    /// Other topics that were asked for and that the broker keeps something under, as they came; those that find no room
    /// are left alone.
    private(set) var kept = BoundedQueue<String>(capacity: 1024)

    private let isEncrypted: Bool
    /// The topic that says whether the program is there.
    private let program: String
    /// What was said of the connection's encryption.
    private var encryption = MQTTEncryptionTrouble()

    static let notReached = "not reached yet"
    /// Why a place is none of a broker's where somebody listens, and has not answered yet or has gone.
    static let noAnswer =
        "what listens there gave no broker's answer: is the port right, and is TLS spoken there (mqtts://) or not "
        + "(mqtt://)?"
    /// Bytes of such a topic, at most: a longer one is none of this program's.
    private static let longestTopic = 512

    init(isEncrypted: Bool, program: String) { (self.isEncrypted, self.program) = (isEncrypted, program) }

    func nextCommand() -> MQTTMessage? { commands.removeFirst() }
    func nextKept() -> String? { kept.removeFirst() }
    func nextRefused() -> String? { refused.removeFirst() }

    /// Another connection is begun.
    func forgetEncryption() { encryption = MQTTEncryptionTrouble() }

    /// Why a call failed, as far as is known; to be called behind it, before the system's own number is another.
    func reason(_ result: Int32) -> String {
        switch result {
        case Int32(TACIT_MOSQUITTO_TLS): encryption.words ?? MQTTClient.words(result)
        // The library's number for all that ends TLS once it is agreed on.
        case Int32(TACIT_MOSQUITTO_ERRNO) where isEncrypted && state != .open && errno == EPROTO:
            MQTTEncryptionTrouble.hungUp
        default: MQTTClient.words(result)
        }
    }

    /// To be called once; the client's context is this.
    func listen(to client: OpaquePointer) {
        if isEncrypted {
            tacit_mosquitto_tell_log(client) { client, own, level, text in
                guard level == Int32(TACIT_MOSQUITTO_LOG_ERROR), let text else { return }
                MQTTAnswers.of(own)?.hasLogged(client, text)
            }
        }
        tacit_mosquitto_tell_subscriptions(client) { _, own, number, count, results in
            MQTTAnswers.of(own)?.hasSubscribed(number, UnsafeBufferPointer(start: results, count: max(0, Int(count))))
        }
        tacit_mosquitto_tell(
            client, { _, own, code in MQTTAnswers.of(own)?.hasConnected(code) },
            { _, own, code in MQTTAnswers.of(own)?.hasDisconnected(code) },
            { _, own, number in MQTTAnswers.of(own)?.hasPublished(number) },
            { _, own, message in
                guard let message else { return }
                MQTTAnswers.of(own)?.hasReceived(message.pointee)
            })
    }

    private func hasSubscribed(_ number: Int32, _ results: UnsafeBufferPointer<Int32>) {
        guard let topic = asked.removeValue(forKey: number), results.contains(where: { $0 >= 128 }) else { return }
        _ = refused.append(topic)
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> MQTTAnswers? {
        context.map { Unmanaged<MQTTAnswers>.fromOpaque($0).takeUnretainedValue() }
    }

    private func hasLogged(_ client: OpaquePointer?, _ text: UnsafePointer<CChar>) {
        let distrust = tacit_mosquitto_distrust(client).map { String(cString: $0) }
        encryption.add(String(cString: text), distrust: distrust)
    }

    private func hasConnected(_ code: Int32) {
        state = code == 0 ? .open : .closed
        isRefused = code != 0
        if code != 0 { problem = MQTTClient.words(tacit_mosquitto_connack_string(code)) }
    }

    private func hasDisconnected(_ code: Int32) {
        switch state {
        case .open where code != 0: problem = MQTTClient.words(code)
        // Something listens there that has not answered as a broker does.
        case .asking:
            let isSilent = code == Int32(TACIT_MOSQUITTO_KEEP_ALIVE)
            problem = isEncrypted && !isSilent ? MQTTEncryptionTrouble.hungUp : Self.noAnswer
        default: break
        }
        state = .closed
    }

    private func hasPublished(_ number: Int32) {
        if numbers.remove(number) != nil { arrived += 1 }
    }

    /// Anyone may have left anything there: of Home Assistant nothing is believed but the one word, of a command no more
    /// is taken than one may have, and of all else only where it lies.
    private func hasReceived(_ message: tacit_mosquitto_message) {
        guard let text = message.topic else { return }
        let topic = String(cString: text)
        let payload = UnsafeRawBufferPointer(start: message.payload, count: max(0, Int(message.payloadlen)))
        if topic == program {
            // What is kept is what was said before this connection began.
            if !message.retain, payload.elementsEqual("offline".utf8) { isSaidToBeGone = true }
            return
        }
        guard topic == MQTTTopics.homeAssistant else {
            guard commandTopics.contains(topic) else {
                if message.retain, !payload.isEmpty, topic.utf8.count <= Self.longestTopic { _ = kept.append(topic) }
                return
            }
            // What a broker keeps would be a command again with every connection.
            guard !message.retain else { return }
            let command = MQTTMessage(topic, Array(payload.prefix(CorrectionRequest.longest + 1)), isRetained: false)
            if !commands.append(command) { lostCommands += 1 }
            return
        }
        if payload.elementsEqual("online".utf8) { hasHomeAssistantBegun = true }
    }
}
