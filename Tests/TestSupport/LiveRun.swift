import Foundation

/// A run that goes on while the test feeds it and reads what it prints, line by line.
public final class LiveRun {
    private let child: pid_t
    private let output: Int32
    private let errorFile: TemporaryFolder
    private var pending: [UInt8] = []
    private var status: Int32?

    /// - Parameter input: a descriptor for its standard input, which the caller closes; nil for nothing to read.
    public init(
        _ executable: Executable, _ arguments: [String], environment: [String: String] = [:], input given: Int32? = nil
    ) throws {
        errorFile = try TemporaryFolder()
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Executable.LaunchFailure(description: "no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        let errors = open(errorFile.path("errors"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { for end in [nothing, ends[1], errors] { close(end) } }
        output = ends[0]
        child = try executable.spawn(
            arguments, environment: environment, input: given ?? nothing, output: ends[1], errors: errors)
    }

    deinit {
        if status == nil {
            var status: Int32 = 0
            kill(child, SIGKILL)
            waitpid(child, &status, 0)
        }
        close(output)
    }

    public var processIdentifier: pid_t { child }

    public var standardError: String {
        (try? String(contentsOfFile: errorFile.path("errors"), encoding: .utf8)) ?? ""
    }

    /// Whether it has not ended.
    public var isRunning: Bool {
        guard status == nil else { return false }
        var ended: Int32 = 0
        if waitpid(child, &ended, WNOHANG) == child { status = ended }
        return status == nil
    }

    /// The next line; nil when there is none any more. `limit` in seconds guards against hanging.
    public func readLine(limit: Double = 60) -> String? {
        let deadline = DispatchTime.now().uptimeNanoseconds + UInt64(limit * 1e9)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                defer { pending.removeSubrange(...end) }
                return String(decoding: pending[..<end], as: UTF8.self)
            }
            guard DispatchTime.now().uptimeNanoseconds < deadline else { return nil }
            var polled = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 100) > 0 else { continue }
            let count = read(output, &buffer, buffer.count)
            guard count > 0 else { return nil }
            pending += buffer[..<count]
        }
    }

    public func send(signal: Int32) { kill(child, signal) }

    /// Waits for the end. `limit` in seconds guards against hanging.
    ///
    /// - Returns: the exit status; nil if a signal ended it, or if it had to be killed.
    public func finish(limit: Double = 60) -> Int32? {
        let deadline = DispatchTime.now().uptimeNanoseconds + UInt64(limit * 1e9)
        while isRunning {
            if DispatchTime.now().uptimeNanoseconds >= deadline { kill(child, SIGKILL) }
            usleep(500)
        }
        guard let status, status & 0x7f == 0 else { return nil }
        return (status >> 8) & 0xff
    }
}
