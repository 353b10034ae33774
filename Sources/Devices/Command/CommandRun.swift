import CTacitProgram
import Glibc
import TacitDiagnostics
import TacitMedia

/// One run of a command, from its start to its burial, in a process group of its own. Used by one thread.
final class CommandRun {
    let stream: ByteStream
    private let output: Int32
    private let process: pid_t
    /// Readable once the process has ended; -1 where the kernel has no such thing.
    private let watch: Int32
    private let state: Waiting
    private let settings: SourceCommandSettings
    private let protector: CommandGuard

    /// What is looked at while bytes are waited for.
    private final class Waiting {
        let output: Int32
        let watch: Int32
        let stop: StopToken
        let silence: Double
        var lastByte = BootClock.now
        var leaderEnded: Double?
        var isSilent = false

        init(output: Int32, watch: Int32, stop: StopToken, silence: Double) {
            self.output = output
            self.watch = watch
            self.stop = stop
            self.silence = silence
        }

        /// Seconds that what a process left in its pipe, or its children still write, may take to be read.
        private static let drain = 1.0

        func wait() -> Bool {
            while !stop.isStopping {
                var descriptors = (
                    pollfd(fd: output, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: watch, events: Int16(POLLIN), revents: 0)
                )
                let left = lastByte + silence - BootClock.now
                let milliseconds = left > 0 ? Int32(min(left * 1000 + 1, 60_000)) : 0
                let count = withUnsafeMutablePointer(to: &descriptors) { all in
                    all.withMemoryRebound(to: pollfd.self, capacity: 3) { poll($0, 3, milliseconds) }
                }
                let now = BootClock.now
                if descriptors.1.revents != 0 { return false }
                if descriptors.2.revents != 0, leaderEnded == nil { leaderEnded = now }
                if count > 0, descriptors.0.revents != 0 {
                    if let leaderEnded, now - leaderEnded > Self.drain { return false }
                    lastByte = now
                    return true
                }
                if leaderEnded != nil { return false }
                if now - lastByte >= silence {
                    isSilent = true
                    return false
                }
            }
            return false
        }
    }

    /// Starts it.
    ///
    /// - Throws: `TacitError` (device unavailable) for what can't be found or run.
    init(
        _ command: SourceCommand, _ settings: SourceCommandSettings, errors: Int32, protector: CommandGuard,
        stop: StopToken
    ) throws {
        let path = try command.path()
        func failed(_ number: Int32) -> TacitError {
            TacitError.system(.deviceUnavailable, number, file: command.words[0])
        }
        var ends: [Int32] = [-1, -1]
        guard tacit_make_pipe(&ends) == 0 else { throw failed(errno) }
        // Room for pictures, where the system allows it: F_SETPIPE_SZ.
        _ = fcntl(ends[0], 1031, 1 << 20)
        let words = command.words.map { word in SystemPath.withBytes(word) { strdup($0) } }
        defer { for word in words { free(word) } }
        var process: Int32 = 0
        let failure = SystemPath.withBytes(path) {
            tacit_spawn_source($0, words + [nil], ends[1], errors, &process)
        }
        close(ends[1])
        guard failure == 0 else {
            close(ends[0])
            throw failed(failure)
        }
        protector.watch(process)
        self.process = process
        self.protector = protector
        self.settings = settings
        output = ends[0]
        watch = tacit_watch_process(process)
        let state = Waiting(output: output, watch: watch, stop: stop, silence: settings.silence)
        self.state = state
        stream = ByteStream(descriptor: output, name: command.name) { state.wait() }
    }

    /// When the last byte came.
    var lastByte: Double { state.lastByte }

    /// Ends what still runs of it, and reaps it.
    ///
    /// - Parameters:
    ///   - unreadable: why nothing more can be made of what it delivered, if so.
    ///   - hasDelivered: whether something could be made of what came before.
    ///   - stuck: told of the process if it can't be ended.
    func finish(unreadable: String?, hasDelivered: Bool, stuck: (pid_t) -> Void) -> CommandEnding {
        // A process that closes its output or crashes is often a moment from its end.
        let isOver = !state.isSilent && !state.stop.isStopping
        let endedItself = hasEnded(within: isOver ? 0.25 : 0)
        if !endedItself {
            kill(-process, SIGTERM)
            _ = hasEnded(within: settings.grace)
        }
        // Until it is waited for, the group's number can be no one else's.
        kill(-process, SIGKILL)
        close(output)
        if watch >= 0 { close(watch) }
        var status: Int32 = 0
        let isReaped = reap(&status)
        if isReaped { protector.watch(0) } else { stuck(process) }
        if state.isSilent { return .silent(seconds: settings.silence) }
        // What lacks its end can't be read, and lacks it because the command has ended.
        if let unreadable, !endedItself || status == 0 && !hasDelivered { return .unreadable(unreadable) }
        guard endedItself else { return .closed }
        let number = status & 0x7f
        return number != 0 ? .signal(number) : .status(status >> 8 & 0xff)
    }

    private func hasEnded(within seconds: Double) -> Bool {
        let deadline = BootClock.now + seconds
        while true {
            var info = siginfo_t()
            if waitid(P_PID, id_t(process), &info, WEXITED | WNOHANG | WNOWAIT) == 0, info.si_signo != 0 { return true }
            guard BootClock.now < deadline else { return false }
            usleep(5000)
        }
    }

    /// It has been killed: only one that the kernel itself holds fast is not gone in a moment.
    private func reap(_ status: inout Int32) -> Bool {
        let deadline = BootClock.now + 2
        while BootClock.now < deadline {
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process || ended < 0 && errno == ECHILD { return true }
            usleep(2000)
        }
        return false
    }
}
