import Foundation

/// An executable of this package, run as its users run it.
public struct Executable: Sendable {
    public static let tacit = Executable(path: TestPaths.products.appendingPathComponent("tacit").path)
    public static let convert = Executable(path: TestPaths.products.appendingPathComponent("tacit-convert").path)
    /// For pipes and limits around the others.
    public static let shell = Executable(path: "/bin/sh")

    public let path: String

    public init(path: String) {
        self.path = path
    }

    /// How a run ended and what it printed.
    public struct Outcome: Sendable {
        /// Exit status; nil when a signal ended it.
        public let status: Int32?
        /// The signal that ended it, if one did.
        public let signal: Int32?
        /// Whether it had to be killed because it ran past the limit.
        public let ranTooLong: Bool
        public let output: [UInt8]
        public let errors: [UInt8]

        public var standardOutput: String { String(decoding: output, as: UTF8.self) }
        public var standardError: String { String(decoding: errors, as: UTF8.self) }
        public var outputLines: [String] { Self.lines(standardOutput) }
        public var errorLines: [String] { Self.lines(standardError) }

        private static func lines(_ text: String) -> [String] {
            text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
        }
    }

    /// What kept a run from starting.
    public struct LaunchFailure: Error, CustomStringConvertible {
        public let description: String

        public init(description: String) { self.description = description }
    }

    /// Runs to the end. `limit` in seconds is a guard against hanging, not a measure: far above what any run takes.
    public func run(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:], folder: String? = nil,
        limit: Double = 300
    ) throws -> Outcome {
        // A child that closes its standard input early is its own business.
        signal(SIGPIPE, SIG_IGN)
        let stdinPipe = Pipe()
        let stdoutPipe = Pipe()
        let stderrPipe = Pipe()
        // Tests run side by side: a child started between the making of a pipe's ends and their marking would keep
        // them open.
        let child = try Self.launching.withLock {
            for pipe in [stdinPipe, stdoutPipe, stderrPipe] { try pipe.open() }
            return try start(
                folder.map { ["/usr/bin/env", "-C", $0, path] + arguments } ?? [path] + arguments,
                environment: environment, input: stdinPipe.reading, output: stdoutPipe.writing,
                errors: stderrPipe.writing)
        }
        stdinPipe.closeReading()
        stdoutPipe.closeWriting()
        stderrPipe.closeWriting()

        let deadline = DispatchTime.now().uptimeNanoseconds + UInt64(limit * 1e9)
        let collected = converse(
            input: input, stdin: stdinPipe, stdout: stdoutPipe, stderr: stderrPipe, deadline: deadline)
        var ranTooLong = collected.ranTooLong
        var status: Int32 = 0
        // With its outputs closed it should be gone in a moment.
        while waitpid(child, &status, WNOHANG) != child {
            if ranTooLong || DispatchTime.now().uptimeNanoseconds >= deadline {
                ranTooLong = true
                kill(child, SIGKILL)
            }
            usleep(500)
        }
        let killedBy = status & 0x7f
        return Outcome(
            status: killedBy == 0 ? (status >> 8) & 0xff : nil, signal: killedBy == 0 ? nil : killedBy,
            ranTooLong: ranTooLong, output: collected.output, errors: collected.errors)
    }

    private static let launching = NSLock()

    private func start(
        _ command: [String], environment: [String: String], input: Int32, output: Int32, errors: Int32
    ) throws -> pid_t {
        try spawn(command, environment: environment, flags: 0) { actions in
            posix_spawn_file_actions_adddup2(&actions, input, 0)
            posix_spawn_file_actions_adddup2(&actions, output, 1)
            posix_spawn_file_actions_adddup2(&actions, errors, 2)
        }
    }

    /// Starts a run with descriptors of the caller's, which others don't inherit.
    func spawn(
        _ arguments: [String], environment: [String: String] = [:], input: Int32, output: Int32, errors: Int32
    ) throws -> pid_t {
        try Self.launching.withLock {
            try start([path] + arguments, environment: environment, input: input, output: output, errors: errors)
        }
    }

    /// Starts a run as the leader of a session on a terminal.
    func spawn(_ arguments: [String], environment: [String: String], terminal: String) throws -> pid_t {
        try Self.launching.withLock {
            try spawn([path] + arguments, environment: environment, flags: 0x80) { actions in
                // The first terminal that a session's leader opens is the session's.
                posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
                posix_spawn_file_actions_adddup2(&actions, 0, 1)
                posix_spawn_file_actions_adddup2(&actions, 0, 2)
            }
        }
    }

    /// - Parameter flags: of `posix_spawnattr_setflags`, besides those needed here; 0x80 is `POSIX_SPAWN_SETSID`.
    private func spawn(
        _ command: [String], environment: [String: String], flags: Int16,
        _ descriptors: (inout posix_spawn_file_actions_t) -> Void
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        descriptors(&actions)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var defaults = sigset_t()
        sigemptyset(&defaults)
        // What a shell ignores for jobs in the background, or `nohup` for all, would be ignored in the runs as well.
        for signal in [SIGPIPE, SIGHUP, SIGINT, SIGQUIT, SIGTERM] { sigaddset(&defaults, signal) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF) | flags)

        var merged = ProcessInfo.processInfo.environment
        // A user's own settings must not reach the runs.
        for name in ["TACIT_MODELS", "XDG_DATA_HOME"] { merged[name] = nil }
        merged.merge(environment) { $1 }
        let argumentPointers = command.map { strdup($0) } + [nil]
        let environmentPointers = merged.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }

        var child: pid_t = 0
        let result = posix_spawn(&child, command[0], &actions, &attributes, argumentPointers, environmentPointers)
        guard result == 0 else { throw LaunchFailure(description: "\(path): \(String(cString: strerror(result)))") }
        return child
    }

    /// Feeds and drains the child's streams until both outputs are closed or the deadline is past.
    private func converse(
        input: [UInt8], stdin: Pipe, stdout: Pipe, stderr: Pipe, deadline: UInt64
    ) -> (output: [UInt8], errors: [UInt8], ranTooLong: Bool) {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var sent = 0
        if input.isEmpty { stdin.closeWriting() }
        _ = fcntl(stdin.writing, F_SETFL, O_NONBLOCK)
        while stdout.reading >= 0 || stderr.reading >= 0 {
            // poll passes over negative descriptors.
            var polled = [
                pollfd(fd: stdin.writing, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: stdout.reading, events: Int16(POLLIN), revents: 0),
                pollfd(fd: stderr.reading, events: Int16(POLLIN), revents: 0),
            ]
            let now = DispatchTime.now().uptimeNanoseconds
            guard now < deadline else { return (output, errors, true) }
            guard poll(&polled, 3, Int32(min((deadline - now) / 1_000_000 + 1, 60_000))) > 0 else { continue }
            if polled[0].revents != 0 {
                let written = input[sent...].withUnsafeBytes { write(stdin.writing, $0.baseAddress, $0.count) }
                if written > 0 { sent += written }
                if sent == input.count || (written < 0 && errno != EAGAIN && errno != EINTR) { stdin.closeWriting() }
            }
            if polled[1].revents != 0, !stdout.drain(into: &output) { stdout.closeReading() }
            if polled[2].revents != 0, !stderr.drain(into: &errors) { stderr.closeReading() }
        }
        return (output, errors, false)
    }
}

/// A pipe whose ends no other child inherits; a closed end is -1.
private final class Pipe {
    private(set) var reading: Int32 = -1
    private(set) var writing: Int32 = -1

    func open() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw Executable.LaunchFailure(description: "pipe: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        reading = ends[0]
        writing = ends[1]
    }

    deinit {
        closeReading()
        closeWriting()
    }

    func closeReading() {
        if reading >= 0 { close(reading) }
        reading = -1
    }

    func closeWriting() {
        if writing >= 0 { close(writing) }
        writing = -1
    }

    /// Reads once; false at the end.
    func drain(into bytes: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = read(reading, &buffer, buffer.count)
        guard count > 0 else { return count < 0 && (errno == EINTR || errno == EAGAIN) }
        bytes += buffer[..<count]
        return true
    }
}
