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
                return .secret(file: file, reason: TacitError.reason(of: error))
            }
        }
        // By itself first: the library has one word for all that may be wrong with a socket.
        return troubleOfSocket() ?? troubleOfWelcome()
    }

    private func troubleOfSocket() -> SinkTrouble? {
        do {
            var reason = ""
            for place in try SocketAddress.all(of: address.host, port: address.port) {
                guard let problem = problem(of: place) else { return nil }
                reason = problem
            }
            return .reach(reason: reason)
        } catch { return .host(name: address.host, reason: error.reason) }
    }

    /// Nil for a place where something listens.
    private func problem(of place: SocketAddress) -> String? {
        guard let own = place.socket() else { return TacitError.systemWords() }
        defer { close(own) }
        if place.withPointer({ connect(own, $0, $1) }) == 0 { return nil }
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
