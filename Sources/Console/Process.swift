import CTacitProgram
import Glibc
import Synchronization
import TacitDiagnostics

/// How the program starts and ends.
package enum Process {
    /// Stopped by Ctrl-C, SIGTERM and SIGHUP, and by an output that ends the program.
    package static let stop = StopToken()

    /// Milliseconds that whoever was asked to stop has for it.
    private static let patience = Atomic<Int>(0)

    /// What SIGHUP does instead of ending the program.
    private enum HangUp {
        case ends
        /// It will do something, but what is not said yet.
        case isHeld(hasCome: Bool)
        case calls(@Sendable () -> Void)
    }

    private static let hangUp = Mutex(HangUp.ends)

    /// From now on SIGHUP calls `body`, on the thread of signals, where it was not ignored at the start. One that was
    /// held up to now calls it at once.
    package static func onHangUp(_ body: @escaping @Sendable () -> Void) {
        let hasCome = hangUp.withLock { hangUp in
            defer { hangUp = .calls(body) }
            if case .isHeld(true) = hangUp { return true }
            return false
        }
        if hasCome { body() }
    }

    private static func hungUp() {
        let body: (@Sendable () -> Void)? = hangUp.withLock { hangUp in
            switch hangUp {
            case .ends: return { end() }
            case .isHeld:
                hangUp = .isHeld(hasCome: true)
                return nil
            case .calls(let body): return body
            }
        }
        body?()
    }

    /// The program's name, before its lines on standard error. `prepare` sets it before there is another thread.
    nonisolated(unsafe) package private(set) static var name: StaticString = "tacit"

    /// Thrown by what was asked to stop in order, and has.
    package struct Stopped: Error {
        package init() {}
    }

    /// From now on whoever calls this looks at `stop` and ends the program with all that belongs to its end said.
    package static func stopInOrder() { patience.store(5000, ordering: .releasing) }

    /// Runs what must not be cut short. It calls `checkStop` from time to time, and cleans up behind itself.
    package static func stoppingInOrder<Result>(_ body: () throws -> Result) rethrows -> Result {
        patience.store(.max, ordering: .releasing)
        defer { patience.store(0, ordering: .releasing) }
        return try body()
    }

    /// - Throws: `Stopped` once the program is asked to stop.
    package static func checkStop() throws {
        if stop.isStopping { throw Stopped() }
    }

    /// Everything is open and made; from now on the same little code runs over and over.
    package static func hasStarted() { tacit_release_program_pages() }

    /// What follows the program's name. `CommandLine.arguments` would lose bytes that are no UTF-8.
    package static var arguments: [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { CommandLine.unsafeArgv[$0].map { SystemPath.string($0) } }
    }

    /// What an environment variable is set to; nil when unset or empty.
    package static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = SystemPath.string(value)
        return text.isEmpty ? nil : text
    }

    /// To be called before any thread of the program's own is made.
    ///
    /// Ctrl-C, SIGTERM and SIGHUP end the program with 0 from a thread of their own, whatever the others are waiting
    /// for: a read from a pipe, a device, a slow reader. Who asked to stop in order has five seconds for it. A closed
    /// pipe is an error of `write`, not a signal, and so is a file that may not grow any more. A SIGHUP that was
    /// ignored at the start (nohup) stays so.
    ///
    /// - Parameters:
    ///   - name: the program, before its lines on standard error.
    ///   - holdsHangUp: whether a SIGHUP waits for `onHangUp`.
    package static func prepare(name: StaticString, holdsHangUp: Bool = false) {
        self.name = name
        keepStandardDescriptors()
        name.withUTF8Buffer { text in
            // A literal ends with a zero, and stays where it is.
            text.withMemoryRebound(to: CChar.self) { tacit_tell_faults($0.baseAddress) }
        }
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        // Made now rather than by whichever thread needs them first, amid a stream.
        hangUp.withLock { $0 = holdsHangUp ? .isHeld(hasCome: false) : .ends }
        _ = (Terminal.shared, Log.shared, stop)
        var signals = endingSignals()
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { _ in
                var signals = Process.endingSignals()
                while true {
                    var number: Int32 = 0
                    guard sigwait(&signals, &number) == 0 else { continue }
                    if number == SIGTSTP {
                        Process.suspend()
                    } else if number == SIGHUP {
                        Process.hungUp()
                    } else {
                        Process.end()
                    }
                }
            }, nil)
        // Without it the program could not be ended in order.
        guard failure == 0 else {
            exit(
                ExitStatus.report(
                    TacitError.system(.inputOutput, failure, what: "no thread is to be had for signals")))
        }
        tacit_forward_signals(thread, &signals)
    }

    private static func end() {
        requestStop()
        StandardOutput.shared.afterLine(within: 500) { exit(0) }
    }

    /// An output that all depends on has failed: ends the program as a signal would, from whichever thread, but with
    /// what the error means.
    package static func end(after error: any Error) -> Never {
        requestStop()
        ExitStatus.finish(error)
    }

    /// Returns when there is no more patience; the program ends in the middle of this, if it can.
    private static func requestStop() {
        stop.stop()
        var waited = 0
        while waited < patience.load(ordering: .acquiring) {
            usleep(10_000)
            waited += 10
        }
    }

    /// Leaves the terminal as it was found and ends at once, without waiting for other threads.
    package static func exit(_ status: Int32) -> Never {
        Terminal.shared.restore()
        Log.shared.close()
        _exit(status)
    }

    /// Ctrl-Z: the terminal is given back for as long as the program stands still.
    private static func suspend() {
        let mode = Terminal.shared.restore()
        raise(SIGSTOP)
        if let mode { Terminal.shared.prepare(mode) }
    }

    private static func endingSignals() -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        var hangUp = sigaction()
        if sigaction(SIGHUP, nil, &hangUp) != 0 || !isIgnored(hangUp) { sigaddset(&signals, SIGHUP) }
        sigaddset(&signals, SIGTSTP)
        return signals
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// A descriptor that was closed by whoever started the program is opened on nothing, so that no file opened later
    /// takes its number and is written to.
    private static func keepStandardDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest free number is this one. In the wrong direction: to read and to write there fails, as it would
            // have; only words about faults go nowhere.
            _ = open("/dev/null", descriptor == STDOUT_FILENO ? O_RDONLY : O_WRONLY)
        }
    }
}
