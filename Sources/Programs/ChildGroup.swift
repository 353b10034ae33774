import CTacitProgram
import Glibc
import TacitDiagnostics

/// A program in a process group of its own, from its start until it is reaped: what ends the group ends all that the
/// program has started as well.
package final class ChildGroup: Sendable {
    /// How the program ended.
    package enum End: Equatable, Sendable {
        case status(Int32)
        case signal(Int32)

        /// - Parameter status: as waitpid has it.
        init(_ status: Int32) {
            let number = status & 0x7f
            self = number != 0 ? .signal(number) : .status(status >> 8 & 0xff)
        }
    }

    /// The program's number, and the group's.
    package let process: pid_t
    /// Readable once the program has ended; -1 where the kernel has no such thing.
    package let watch: Int32

    /// Starts it. It inherits no descriptor but its standard ones, and no signal that is blocked or ignored here.
    ///
    /// - Parameters:
    ///   - path: where the program is.
    ///   - words: what it is called, then its arguments.
    ///   - environment: entries, each ended by a zero; nil for this program's own.
    ///   - input: its standard input; negative for one from which nothing comes.
    ///   - output: its standard output.
    ///   - errors: its standard error; negative for one in which all is lost.
    ///   - kind: of the error.
    ///   - file: what the error names.
    /// - Throws: `TacitError` of this kind for what the system can't run.
    package init(
        _ path: String, words: [String], environment: [[UInt8]]? = nil, input: Int32 = -1, output: Int32,
        errors: Int32 = -1, failing kind: TacitError.Kind, file: String
    ) throws {
        let words = words.map { word in SystemPath.withBytes(word) { strdup($0) } }
        let entries = environment?.map { entry in
            entry.withUnsafeBytes { $0.bindMemory(to: CChar.self).baseAddress.flatMap { strdup($0) } }
        }
        defer { for copy in words + (entries ?? []) { free(copy) } }
        var process: pid_t = 0
        let failure = SystemPath.withBytes(path) { path in
            tacit_spawn(path, words + [nil], entries.map { $0 + [nil] }, input, output, errors, &process)
        }
        guard failure == 0 else { throw TacitError.system(kind, failure, file: file) }
        self.process = process
        watch = tacit_watch_process(process)
    }

    deinit { if watch >= 0 { close(watch) } }

    /// Asks all of it to end. As with `kill`, not to be called once it is reaped: until then the group's number can be no
    /// one else's.
    package func askToEnd() { _ = Glibc.kill(-process, SIGTERM) }

    /// Ends all of it at once.
    package func kill() { _ = Glibc.kill(-process, SIGKILL) }

    /// Whether the program has ended. That does not reap it.
    package var hasEnded: Bool {
        var info = siginfo_t()
        return waitid(P_PID, id_t(process), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_signo != 0
    }

    /// Whether it has, waiting for so many seconds at most.
    package func hasEnded(within seconds: Double) -> Bool { first(within: seconds) { hasEnded ? true : nil } ?? false }

    /// How the program ended; nil while it goes on.
    package func reap() -> End? {
        var status: Int32 = 0
        let ended = waitpid(process, &status, WNOHANG)
        // Where this program ignores its children's ends, the system has reaped it itself.
        return ended == process || ended < 0 && errno == ECHILD ? End(status) : nil
    }

    /// The same, waiting for so many seconds at most.
    package func reap(within seconds: Double) -> End? { first(within: seconds) { reap() } }

    private func first<Answer>(within seconds: Double, _ ask: () -> Answer?) -> Answer? {
        let deadline = BootClock.now + seconds
        while true {
            if let answer = ask() { return answer }
            guard BootClock.now < deadline else { return nil }
            usleep(2000)
        }
    }
}
