import Glibc

/// How the program starts and ends.
enum Process {
    /// To be called before any thread is made.
    ///
    /// Ctrl-C and SIGTERM end the program with 0 from a thread of their own, whatever the others are waiting for: a
    /// read from a pipe, a device, a slow reader. A closed pipe is an error of `write`, not a signal.
    static func prepare() {
        keepStandardDescriptors()
        signal(SIGPIPE, SIG_IGN)
        var signals = endingSignals()
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { _ in
                var signals = Process.endingSignals()
                while true {
                    var number: Int32 = 0
                    guard sigwait(&signals, &number) == 0 else { continue }
                    if number == SIGTSTP {
                        Process.suspend()
                    } else {
                        StandardOutput.shared.afterLine(within: 500) { Process.exit(0) }
                    }
                }
            }, nil)
    }

    /// Leaves the terminal as it was found and ends at once, without waiting for other threads.
    static func exit(_ status: Int32) -> Never {
        Terminal.shared.restore()
        _exit(status)
    }

    /// Ctrl-Z: the terminal is given back for as long as the program stands still.
    private static func suspend() {
        let wasPrepared = Terminal.shared.restore()
        raise(SIGSTOP)
        if wasPrepared { Terminal.shared.prepare() }
    }

    private static func endingSignals() -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGTSTP)
        return signals
    }

    /// A descriptor that was closed by whoever started the program is opened on nothing, so that no file opened later
    /// takes its number and is written to.
    private static func keepStandardDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest free number is this one. Reading only: writing there fails, as it would have.
            _ = open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}
