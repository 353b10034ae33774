import Foundation

/// A real Mosquitto on loopback, and who listens to everything there.
public final class Mosquitto {
    public let folder: TemporaryFolder
    public let port: Int
    private let configuration: String
    private var broker: LiveRun?

    /// Whether there is one on this machine: Debian's packages mosquitto and mosquitto-clients.
    public static let isThere = [broker, "/usr/bin/mosquitto_sub", "/usr/bin/mosquitto_pub"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    private static let broker = "/usr/sbin/mosquitto"

    /// - Parameters:
    ///   - configuration: lines behind its listener's.
    ///   - isLasting: whether it still knows everything after it was killed.
    public init(_ configuration: String = "allow_anonymous true", isLasting: Bool = false) throws {
        folder = try TemporaryFolder()
        port = try LoopbackPort.unused()
        self.configuration =
            configuration
            + (isLasting
                ? "\npersistence true\npersistence_location \(folder.path)/\nautosave_interval 1"
                : "")
    }

    /// One that lets nobody in but `me`, whose password is `secret`.
    ///
    /// - Parameter folder: for its file of passwords.
    public static func withPassword(in folder: TemporaryFolder) throws -> Mosquitto {
        let passwords = try folder.write("passwords", [])
        let made = try Executable(path: "/usr/bin/mosquitto_passwd").run(["-b", passwords, "me", "secret"])
        guard made.status == 0 else { throw Executable.LaunchFailure(description: made.standardError) }
        return try Mosquitto("allow_anonymous false\npassword_file \(passwords)")
    }

    /// One whose certificate for 127.0.0.1 nobody vouches for but itself.
    ///
    /// - Parameter folder: for the certificate, `cert.pem`, and its key.
    public static func withCertificate(in folder: TemporaryFolder) throws -> Mosquitto {
        let own = try Certificate(in: folder, "cert")
        return try Mosquitto("allow_anonymous true\ncertfile \(own.path)\nkeyfile \(own.key)")
    }

    deinit { stop() }

    public var address: String { "127.0.0.1:\(port)" }

    /// Starts it and waits until it answers.
    public func start() throws {
        let path = try folder.write(
            "broker.conf", "listener \(port) 127.0.0.1\nmax_queued_messages 0\nuser root\n\(configuration)\n".utf8)
        broker = try LiveRun(Executable(path: Self.broker), ["-c", path])
        for _ in 0..<10_000 {
            if isAnswering { return }
            usleep(1000)
        }
        throw Executable.LaunchFailure(description: "no broker: \(broker?.standardError ?? "")")
    }

    /// What it has logged.
    public var standardError: String { broker?.standardError ?? "" }

    /// Kills it, as a power cut would.
    public func stop() {
        broker?.send(signal: SIGKILL)
        _ = broker?.finish()
        broker = nil
    }

    /// Has a lasting one write down whom it knows, and waits until it has.
    public func save() throws {
        let file = folder.path("mosquitto.db")
        unlink(file)
        send(signal: SIGUSR1)
        for _ in 0..<10_000 {
            if FileManager.default.fileExists(atPath: file) { return }
            usleep(1000)
        }
        throw Executable.LaunchFailure(description: "the broker saves nothing: \(broker?.standardError ?? "")")
    }

    /// Stands still, or goes on.
    public func send(signal: Int32) { broker?.send(signal: signal) }

    /// Someone who is told every message, a line each: `retained topic payload`.
    public func listener(_ more: [String] = []) throws -> LiveRun {
        let run = try subscribe(more)
        try waitUntilReady(run) { _ in }
        return run
    }

    private func subscribe(_ more: [String]) throws -> LiveRun {
        try LiveRun(
            Executable(path: "/usr/bin/mosquitto_sub"),
            ["-h", "127.0.0.1", "-p", "\(port)", "-q", "1", "-t", "#", "-F", "%r %t %p"] + more)
    }

    /// Until it has what it asked for, so that what is said from then on is heard; hands over what comes before.
    private func waitUntilReady(_ run: LiveRun, _ body: (String) -> Void) throws {
        for number in 0..<1000 {
            try publish("test/ready", "\(number)")
            while let line = run.readLine(limit: 0.2) {
                if line.contains("test/ready") { return }
                body(line)
            }
        }
        throw Executable.LaunchFailure(description: "nobody listens: \(run.standardError)")
    }

    /// What the broker keeps: lines of `topic payload`.
    public func retained() throws -> [String] {
        let run = try subscribe([])
        var kept: [String] = []
        try waitUntilReady(run) { if $0.hasPrefix("1 ") { kept.append(String($0.dropFirst(2))) } }
        return kept
    }

    public func publish(_ topic: String, _ payload: String, retained: Bool = false, _ more: [String] = []) throws {
        let outcome = try Executable(path: "/usr/bin/mosquitto_pub").run(
            ["-h", "127.0.0.1", "-p", "\(port)", "-q", "1", "-t", topic, "-m", payload] + (retained ? ["-r"] : [])
                + more)
        guard outcome.status == 0 else { throw Executable.LaunchFailure(description: outcome.standardError) }
    }

    private var isAnswering: Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return LoopbackPort.withAddress(port) { connect(descriptor, $0, $1) } == 0
    }
}
