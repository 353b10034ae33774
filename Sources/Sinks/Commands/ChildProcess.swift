import CTacitProgram
import Glibc
import TacitDiagnostics
import TacitLive

/// A command that runs for an event, in a process group of its own.
struct ChildProcess {
    let event: LiveEvent
    let pid: pid_t
    /// Readable once it has ended; -1 where the kernel has no such thing.
    let watch: Int32
    /// Where its standard input is written; -1 when all is.
    private(set) var input: Int32
    private var pending: ArraySlice<UInt8>
    /// When it is asked to end, and when it is made to, by `Stopwatch`.
    private(set) var deadline: Double
    /// Whether it has been asked to end.
    private(set) var isOverdue = false

    /// Seconds from being asked to being made to.
    private static let grace = 1.0

    /// - Parameters:
    ///   - command: the program, and its arguments.
    ///   - environment: entries, each ended by a zero.
    ///   - line: for its standard input.
    ///   - output: where it prints.
    ///   - event: that it is told of.
    ///   - seconds: that it has.
    /// - Throws: `TacitError` for what the system says.
    init(
        _ command: CommandLineWords, environment: [[UInt8]], line: [UInt8], output: Int32, event: LiveEvent,
        seconds: Double
    ) throws {
        var ends: [Int32] = [-1, -1]
        guard tacit_make_pipe(&ends) == 0 else { throw Self.error(errno, command) }
        do {
            pid = try Self.spawn(command, environment: environment, input: ends[0], output: output)
        } catch {
            for end in ends { close(end) }
            throw error
        }
        close(ends[0])
        input = ends[1]
        _ = fcntl(input, F_SETFL, O_NONBLOCK)
        self.event = event
        watch = tacit_watch_process(pid)
        pending = line[...]
        deadline = Stopwatch.now + seconds
        feed()
    }

    /// Writes to its standard input as much as it takes. One that closes it early is none the worse for it.
    mutating func feed() {
        while input >= 0 {
            let count = pending.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
            if count >= 0 {
                pending = pending.dropFirst(count)
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                pending = []
            }
            if pending.isEmpty { closeInput() }
        }
    }

    /// Its status as waitpid has it, once it has ended; all that it left running is then ended with it, if it was asked
    /// to.
    mutating func reap() -> Int32? {
        var status: Int32 = 0
        if isOverdue {
            var info = siginfo_t()
            // Until it is waited for its group's number can be no one else's.
            if waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0, info.si_signo != 0 {
                kill(-pid, SIGKILL)
            }
        }
        let ended = waitpid(pid, &status, WNOHANG)
        guard ended == pid || ended < 0 && errno == ECHILD else { return nil }
        closeInput()
        if watch >= 0 { close(watch) }
        return status
    }

    /// Asks it to end with all that it started; the second time there is no asking.
    mutating func end() {
        kill(-pid, isOverdue ? SIGKILL : SIGTERM)
        isOverdue = true
        deadline = Stopwatch.now + Self.grace
    }

    /// Ends it at once.
    mutating func kill() {
        isOverdue = true
        end()
    }

    private mutating func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    private func kill(_ process: pid_t, _ signal: Int32) { _ = Glibc.kill(process, signal) }

    private static func spawn(
        _ command: CommandLineWords, environment: [[UInt8]], input: Int32, output: Int32
    ) throws -> pid_t {
        var pid: Int32 = 0
        let words = command.words.map { word in SystemPath.withBytes(word) { strdup($0) } }
        defer { for word in words { free(word) } }
        var failure: Int32 = 0
        withPointers(environment) { environment in
            SystemPath.withBytes(command.path) { path in
                failure = tacit_spawn(path, words + [nil], environment, input, output, &pid)
            }
        }
        guard failure == 0 else { throw error(failure, command) }
        return pid
    }

    /// As C has an array of strings.
    private static func withPointers(
        _ entries: [[UInt8]], _ body: ([UnsafeMutablePointer<CChar>?]) -> Void
    ) {
        let pointers = entries.map { entry in
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: entry.count)
            for (place, byte) in entry.enumerated() { copy[place] = CChar(bitPattern: byte) }
            return copy
        }
        defer { for pointer in pointers { pointer.deallocate() } }
        body(pointers + [nil])
    }

    private static func error(_ number: Int32, _ command: CommandLineWords) -> TacitError {
        TacitError.system(.cannotCreate, number, file: command.path)
    }
}
