import Foundation

/// A run whose standard output is not read until the test says so, behind a pipe as small as it can be.
public final class StalledRun {
    private let child: pid_t
    private let output: Int32
    private let errors: Int32
    private var isOver = false
    /// What it said on standard error up to now.
    public private(set) var standardError = ""

    public init(_ executable: Executable, _ arguments: [String]) throws {
        var ends: [Int32] = [-1, -1, -1, -1]
        for first in [0, 2] {
            var pair: [Int32] = [-1, -1]
            guard pipe(&pair) == 0 else { throw Executable.LaunchFailure(description: "no pipe") }
            (ends[first], ends[first + 1]) = (pair[0], pair[1])
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // F_SETPIPE_SZ, which Foundation doesn't know.
        _ = fcntl(ends[1], 1031, 4096)
        let input = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { for end in [input, ends[1], ends[3]] { close(end) } }
        (output, errors) = (ends[0], ends[2])
        child = try executable.spawn(arguments, input: input, output: ends[1], errors: ends[3])
        _ = fcntl(errors, F_SETFL, O_NONBLOCK)
    }

    deinit {
        if !isOver {
            var status: Int32 = 0
            kill(child, SIGKILL)
            waitpid(child, &status, 0)
        }
        close(output)
        close(errors)
    }

    /// Reads standard error until it holds a text. `limit` in seconds guards against hanging.
    public func waitForError(_ text: String, limit: Double = 60) -> Bool {
        let deadline = DispatchTime.now().uptimeNanoseconds + UInt64(limit * 1e9)
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !standardError.contains(text) {
            guard DispatchTime.now().uptimeNanoseconds < deadline else { return false }
            var polled = pollfd(fd: errors, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 20) > 0 else { continue }
            let count = read(errors, &buffer, buffer.count)
            if count > 0 { standardError += String(decoding: buffer[..<count], as: UTF8.self) }
            if count == 0 { return standardError.contains(text) }
        }
        return true
    }

    public func send(signal: Int32) { kill(child, signal) }

    /// Waits for the end without ever reading standard output. `limit` in seconds guards against hanging.
    ///
    /// - Returns: the exit status; nil if a signal ended it, or if it had to be killed.
    public func waitForEnd(limit: Double = 60) -> Int32? {
        let deadline = DispatchTime.now().uptimeNanoseconds + UInt64(limit * 1e9)
        var status: Int32 = 0
        while waitpid(child, &status, WNOHANG) != child {
            guard DispatchTime.now().uptimeNanoseconds < deadline else { return nil }
            usleep(1000)
        }
        isOver = true
        return status & 0x7f == 0 ? (status >> 8) & 0xff : nil
    }

    /// Reads standard output to the end.
    ///
    /// - Returns: its lines and the exit status; nil if a signal ended it.
    public func finish() -> (lines: [String], status: Int32?) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(output, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
        var status: Int32 = 0
        waitpid(child, &status, 0)
        isOver = true
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        return (lines, status & 0x7f == 0 ? (status >> 8) & 0xff : nil)
    }
}
