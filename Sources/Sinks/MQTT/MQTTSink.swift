import TacitConsole
import TacitDiagnostics
import TacitFrontEnd
import TacitLive

/// Tells a stream's labels to an MQTT broker, and Home Assistant what there is.
final class MQTTSink: Sink {
    static let plain = kind("mqtt", isEncrypted: false)
    static let encrypted = kind("mqtts", isEncrypted: true)

    private static func kind(_ name: String, isEncrypted: Bool) -> SinkKind {
        SinkKind(
            name: name, form: "\(name)://[USER@]HOST[:PORT][/PREFIX]", hasAddress: true,
            traits: isEncrypted ? [.broker, .encrypted] : .broker,
            areOne: { one, other in
                guard let one = try? MQTTAddress(one, isEncrypted: isEncrypted) else { return false }
                return (try? MQTTAddress(other, isEncrypted: isEncrypted))?.leads(where: one) ?? false
            },
            check: { address, settings in
                let broker = try MQTTAddress(address, isEncrypted: isEncrypted)
                guard broker.user != nil || settings.mqtt.passwordFile == nil else {
                    throw TacitError(.usage, "--mqtt-password-file wants a user: \(name)://USER@HOST")
                }
            },
            probe: { address, settings, seconds in
                let broker = try? MQTTAddress(address, isEncrypted: isEncrypted)
                return broker.flatMap { BrokerProbe($0, settings.mqtt, seconds: seconds).trouble() }
            },
            obstacle: { _, settings in
                settings.mqtt.files.lazy.compactMap(PathProbe.obstacle(toReading:)).first
            },
            make: { address, settings, stream in
                try MQTTSink(MQTTAddress(address, isEncrypted: isEncrypted), settings, stream)
            })
    }

    private let connection: MQTTConnection
    private let device: MQTTDevice
    private let waitsForReaders: Bool
    private let stop: StopToken
    private let losses = LogSpeaker()

    /// Seconds that a broker has at the start, where it is required, and for each thing that it takes at the end.
    private static let patience = 10.0
    /// Seconds that it has after a wish to stop.
    private static let shortPatience = 1.7

    /// - Throws: `TacitError`: output for what can't be had, input for a password's file; `Process.Stopped` where a broker
    ///   was still waited for.
    init(_ address: MQTTAddress, _ settings: SinkSettings, _ stream: StreamDescription) throws {
        var connection = try MQTTConnection.shared(address, settings.mqtt)
        var device: MQTTDevice?
        while device == nil {
            if settings.areRequired,
                let problem = connection.waitUntilOpen(seconds: Self.patience, stop: stream.stop)
            {
                if stream.stop.isStopping { throw Process.Stopped() }
                throw TacitError(.cannotCreate, file: address.description, problem)
            }
            device = connection.add(stream)
            if device == nil { connection = try .shared(address, settings.mqtt) }
        }
        guard let device else { preconditionFailure("the loop ends with one") }
        self.connection = connection
        self.device = device
        waitsForReaders = stream.waitsForReaders
        stop = stream.stop
    }

    func samples(_ samples: UnsafeBufferPointer<Float>, time: Double) { advanced() }
    func picture(_ seen: PixelView) { advanced() }
    func passed(time: Double) { advanced() }

    func labels(_ reading: LiveReading) {
        device.withInbox { $0.level = reading.level }
    }

    func quiet(_ quiet: LiveQuiet) {
        device.withInbox { $0.level = quiet.level }
    }

    func event(_ event: LiveEvent) {
        let isTaken = add(event)
        connection.wake()
        guard !isTaken else { return }
        SinkLosses.mqtt.add()
        losses.line { line in
            line.append(string: connection.address.prefix)
            line.append(": the broker takes too little: event ")
            event.id.write(to: &line)
            line.append(" is lost")
        }
    }

    func relabel(_ labels: StreamLabels) {
        device.withInbox { $0.relabel(labels) }
        connection.wake()
    }

    func gap(_ gap: LiveGap) {
        device.withInbox { $0.lostSeconds += gap.lostSeconds }
        connection.wake()
    }

    func finish() throws {
        let (left, problem) = connection.finish(
            device, stop: stop, patience: Self.patience, shortPatience: Self.shortPatience)
        guard left > 0 else { return }
        let error = TacitError(
            .cannotCreate, file: connection.address.description,
            "\(left) message\(left == 1 ? "" : "s") could not be delivered" + (problem.map { ": \($0)" } ?? ""))
        // What goes on by itself has done what it could; what could be read again has failed.
        if waitsForReaders, !stop.isStopping { throw error }
        Log.shared.line { $0.append(string: error.description) }
    }

    private func advanced() {
        device.withInbox { $0.lastSign = Stopwatch.now }
    }

    /// What can be read again at any speed waits for the broker, unless that takes nothing at all.
    private func add(_ event: LiveEvent) -> Bool {
        var seen: Int?
        var since = 0.0
        return connection.shared.wait(every: 0.05) { state in
            if waitsForReaders, state.inboxes[device.place].queue.isFull, !stop.isStopping {
                let now = Stopwatch.now
                if state.progress != seen { (seen, since) = (state.progress, now) }
                if now - since < Self.patience { return nil }
            }
            return state.inboxes[device.place].add(event)
        }
    }
}
