import Glibc
import TacitDiagnostics

/// Goes to a broker as far as its welcome, says nothing there, and leaves.
struct BrokerProbe {
    private let address: MQTTAddress
    private let settings: MQTTSettings
    private let seconds: Double

    init(_ address: MQTTAddress, _ settings: MQTTSettings, seconds: Double) {
        self.address = address
        self.settings = settings
        self.seconds = seconds
    }

    func trouble() -> SinkTrouble? {
        if let reason = MQTTClient.libraryProblem() { return .library(package: "libmosquitto1", reason: reason) }
        if address.user != nil, let file = settings.passwordFile {
            do { _ = try SecretFile.read(file) } catch {
                return .secret(file: file, reason: (error as? TacitError)?.reason ?? "\(error)")
            }
        }
        // By itself first: the library waits for minutes, and has one word for all of it.
        return troubleOfSocket() ?? troubleOfWelcome()
    }

    private func troubleOfSocket() -> SinkTrouble? {
        var wish = addrinfo()
        wish.ai_socktype = Int32(SOCK_STREAM.rawValue)
        wish.ai_flags = AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(address.host, String(address.port), &wish, &found)
        guard failure == 0 else { return .host(name: address.host, reason: String(cString: gai_strerror(failure))) }
        defer { freeaddrinfo(found) }
        var reason = "no address"
        var next = found
        while let place = next {
            next = place.pointee.ai_next
            guard let problem = problem(of: place.pointee) else { return nil }
            reason = problem
        }
        return .reach(reason: reason)
    }

    /// Nil for a place where something listens.
    private func problem(of place: addrinfo) -> String? {
        let own = socket(
            place.ai_family,
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard own >= 0 else { return TacitError.systemWords() }
        defer { close(own) }
        if connect(own, place.ai_addr, place.ai_addrlen) == 0 { return nil }
        guard errno == EINPROGRESS else { return TacitError.systemWords() }
        return PendingConnection.trouble(own, seconds: seconds)
    }

    private func troubleOfWelcome() -> SinkTrouble? {
        let client: MQTTClient
        do { client = try MQTTClient(address, settings, hasWill: false) } catch {
            // All that is left to go wrong before anyone is asked: the certificates' files.
            return .certificate(reason: "\(error)")
        }
        guard client.connect() else { return trouble(client) }
        let deadline = Stopwatch.now + seconds
        while client.state == .asking, Stopwatch.now < deadline {
            let events = Int16(POLLIN) | (client.wantsToWrite ? Int16(POLLOUT) : 0)
            var ready = pollfd(fd: client.socket, events: events, revents: 0)
            poll(&ready, 1, 100)
            client.turn()
        }
        switch client.state {
        case .open:
            client.disconnect()
            return nil
        case .asking: return .reach(reason: "it was reached, but speaks no MQTT within \(Int(seconds)) s")
        case .closed: return trouble(client)
        }
    }

    private func trouble(_ client: MQTTClient) -> SinkTrouble {
        if client.isRefused { return .refusal(reason: client.problem) }
        return address.isEncrypted ? .certificate(reason: client.problem) : .reach(reason: client.problem)
    }
}
