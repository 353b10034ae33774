import CTacitMosquitto
import Glibc
import TacitConsole
import TacitDiagnostics

/// A connection to a broker by libmosquitto, which is loaded when the first is made. All calls come from one thread.
final class MQTTClient {
    enum State: Equatable {
        case closed
        /// Asked, but not yet welcome.
        case asking
        case open
    }

    var state: State { answers.state }
    /// Why the broker doesn't want to talk, or what else went wrong last.
    var problem: String { answers.problem }
    /// Whether it was the broker that said so.
    var isRefused: Bool { answers.isRefused }
    /// Messages that are on their way: given to the library and not acknowledged.
    var onTheirWay: Int { answers.numbers.count }
    /// Grows with every message that has arrived.
    var arrived: Int { answers.arrived }

    private let address: MQTTAddress
    private let client: OpaquePointer
    private let answers: MQTTAnswers

    /// Seconds without a word after which each side asks whether the other is there.
    static let keepAlive: Int32 = 20
    /// Seconds that each of a host's addresses has to answer in.
    private static let answerSeconds = 5.0

    /// Loads the library. Nil, or why it can't be had.
    static func libraryProblem() -> String? {
        tacit_mosquitto_load().map { String(cString: $0) }
    }

    /// - Parameter hasWill: whether the broker is to say that the program is gone, should the connection break.
    /// - Throws: `TacitError`: output where the library or a certificate can't be had, input for the password's file.
    init(_ address: MQTTAddress, _ settings: MQTTSettings, hasWill: Bool = true) throws {
        if let problem = Self.libraryProblem() {
            throw TacitError(
                .cannotCreate, file: address.description,
                "MQTT wants libmosquitto.so.1, as in Debian's package libmosquitto1 (\(problem))")
        }
        // A name that no other program has: who takes another's is taken for it, and it is sent away.
        let name = "tacit-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        let answers = MQTTAnswers(isEncrypted: address.isEncrypted, program: MQTTTopics.program(address.prefix))
        guard let client = tacit_mosquitto_new(name, true, Unmanaged.passUnretained(answers).toOpaque()) else {
            throw TacitError(.cannotCreate, file: address.description, "no memory")
        }
        self.client = client
        self.answers = answers
        self.address = address
        // What is thrown from here on meets an object that is whole: its deinitializer gives the client back.
        try prepare(settings, hasWill: hasWill)
        answers.listen(to: client)
    }

    deinit { tacit_mosquitto_destroy(client) }

    /// Sets the certificates, the password and the last will.
    private func prepare(_ settings: MQTTSettings, hasWill: Bool) throws {
        if address.isEncrypted {
            try MQTTCertificates.check(settings)
            let result = tacit_mosquitto_tls_set(
                client, settings.authorityFile, settings.authorityFile == nil ? "/etc/ssl/certs" : nil,
                settings.certificateFile, settings.keyFile, tacit_mosquitto_no_passphrase)
            guard result == 0 else {
                throw TacitError(
                    .cannotCreate, file: address.description, "TLS can't be set up: \(Self.words(result))")
            }
        }
        if let user = address.user {
            let password = try settings.passwordFile.map { try SecretFile.read($0) }
            try check(tacit_mosquitto_username_pw_set(client, user, password))
        }
        guard hasWill else { return }
        let will = Array("offline".utf8)
        try check(
            tacit_mosquitto_will_set(
                client, MQTTTopics.program(address.prefix), Int32(will.count), will, 1, true))
    }

    private func check(_ result: Int32) throws {
        guard result == 0 else { throw TacitError(.cannotCreate, file: address.description, Self.words(result)) }
    }

    /// Readable and writable as the library wants it; -1 while there is none.
    var socket: Int32 { tacit_mosquitto_socket(client) }
    var wantsToWrite: Bool { tacit_mosquitto_want_write(client) }

    /// Asks the broker for a connection. False when that can't even be asked; `problem` says why.
    func connect() -> Bool {
        answers.forgetEncryption()
        answers.asked.removeAll()
        let trouble = call()
        if let trouble {
            answers.problem = trouble
        } else if answers.problem == MQTTAnswers.notReached {
            // All that is known until it answers or hangs up; a reason that was given before is worth more.
            answers.problem = MQTTAnswers.noAnswer
        }
        answers.state = trouble == nil ? .asking : .closed
        return trouble == nil
    }

    /// Goes to each of the broker's addresses until somebody answers, for some seconds at most: the library would wait for
    /// minutes where nothing does.
    ///
    /// - Returns: why nobody does; nil where somebody does.
    private func call() -> String? {
        let places: [String]
        do throws(SocketAddress.Unknown) {
            places = try SocketAddress.all(of: address.host, port: address.port).compactMap(\.host)
        } catch { return error.reason }
        errno = 0
        if address.isEncrypted, places.count > 1 {
            // A certificate is for a name, so the library has to be given that; and only one that waits goes on to the next
            // address.
            return reached(tacit_mosquitto_connect(client, address.host, Int32(address.port), Self.keepAlive))
        }
        var trouble: String? = Self.words(Int32(TACIT_MOSQUITTO_LOOKUP))
        for place in places {
            let host = address.isEncrypted ? address.host : place
            trouble = reached(tacit_mosquitto_connect_async(client, host, Int32(address.port), Self.keepAlive))
            guard trouble == nil else { continue }
            trouble = PendingConnection.trouble(socket, seconds: Self.answerSeconds)
            if trouble == nil { return nil }
            shutdown(socket, Int32(SHUT_RDWR))
        }
        return trouble
    }

    /// Nil for a call that worked.
    private func reached(_ result: Int32) -> String? { result == 0 ? nil : answers.reason(result) }

    /// Does what the socket is ready for, without waiting.
    func turn() {
        let result = tacit_mosquitto_loop(client, 0, 16)
        if result != 0, state != .closed {
            answers.problem = answers.reason(result)
            answers.state = .closed
        }
    }

    /// Whoever was asked is gone: without an answer there will be none.
    func hasHungUp() {
        if state == .asking { answers.state = .closed }
    }

    /// Gives a message to the library, which holds on to it until it has arrived. False if it never will.
    func publish(_ message: MQTTMessage) -> Bool {
        var number: Int32 = 0
        let result = tacit_mosquitto_publish(
            client, &number, message.topic, Int32(message.payload.count), message.payload, 1, message.isRetained)
        switch result {
        case Int32(TACIT_MOSQUITTO_SUCCESS): break
        // Without a connection, and when it breaks as this is written, it is kept and sent again.
        case Int32(TACIT_MOSQUITTO_NO_CONNECTION), Int32(TACIT_MOSQUITTO_CONNECTION_LOST),
            Int32(TACIT_MOSQUITTO_ERRNO):
            break
        default:
            answers.problem = Self.words(result)
            return false
        }
        answers.numbers.insert(number)
        return true
    }

    func subscribe(_ topic: String) {
        var number: Int32 = 0
        if tacit_mosquitto_subscribe(client, &number, topic, 1) == 0 { answers.asked[number] = topic }
    }

    /// A topic that was subscribed to, and that the broker doesn't let be read.
    func nextRefused() -> String? { answers.nextRefused() }

    /// What is sent there from now on is a command.
    func takeCommands(_ topic: String) {
        answers.commandTopics.insert(topic)
        subscribe(topic)
    }

    /// Asks what the broker keeps there: each at most once, and none is waited for.
    func askWhatIsKept(_ pattern: String) { _ = tacit_mosquitto_subscribe(client, nil, pattern, 0) }
    func stopAsking(_ pattern: String) { _ = tacit_mosquitto_unsubscribe(client, nil, pattern) }

    /// A topic that something is kept under, of those that were asked for.
    func nextKept() -> String? { answers.nextKept() }

    /// Takes leave, so that no last will is read out.
    func disconnect() {
        _ = tacit_mosquitto_disconnect(client)
        _ = tacit_mosquitto_loop(client, 100, 16)
        answers.state = .closed
    }

    /// Breaks the connection, so that the last will is read out behind what was sent.
    func hangUp() {
        shutdown(socket, Int32(SHUT_RDWR))
        answers.state = .closed
    }

    /// What was sent to a topic of commands, and how many such were lost since this was asked last.
    func nextCommand() -> MQTTMessage? { answers.nextCommand() }
    func takeLostCommands() -> Int {
        defer { answers.lostCommands = 0 }
        return answers.lostCommands
    }

    /// Whether Home Assistant has said that it has begun since this was asked last.
    func hasHomeAssistantBegun() -> Bool {
        defer { answers.hasHomeAssistantBegun = false }
        return answers.hasHomeAssistantBegun
    }

    /// Whether someone, as a last will does, has said that the program is gone since this was asked last.
    func isSaidToBeGone() -> Bool {
        defer { answers.isSaidToBeGone = false }
        return answers.isSaidToBeGone
    }

    static func words(_ result: Int32) -> String {
        // The system's own; it has none where a broker hangs up in the midst of what it says.
        if result == Int32(TACIT_MOSQUITTO_ERRNO) {
            return errno != 0 ? TacitError.systemWords() : words(Int32(TACIT_MOSQUITTO_CONNECTION_LOST))
        }
        // Some versions have no words for it.
        if result == Int32(TACIT_MOSQUITTO_KEEP_ALIVE) { return "the broker has said nothing for too long" }
        return words(tacit_mosquitto_strerror(result))
    }

    /// The library's, without the full stop behind them.
    static func words(_ text: UnsafePointer<CChar>) -> String {
        let words = String(cString: text)
        return words.hasSuffix(".") ? String(words.dropLast()) : words
    }
}
