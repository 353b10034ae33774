import Glibc
import Synchronization

/// Ctrl-C or SIGTERM: the conversion stops at its next part, and the unfinished file is removed.
struct Interruption: Error {
    private static let received = Atomic<Int32>(0)

    let signal: Int32

    /// As a shell reports a process that a signal ended.
    var exitStatus: Int32 { 128 + signal }

    static func watch() {
        _ = received.load(ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            Glibc.signal(number) { Interruption.received.store($0, ordering: .relaxed) }
        }
        // Whoever reads the report may leave early; the model is written all the same.
        Glibc.signal(SIGPIPE, SIG_IGN)
        // A file that may not grow any more is an error of `write`.
        Glibc.signal(SIGXFSZ, SIG_IGN)
    }

    static func check() throws {
        let signal = received.load(ordering: .relaxed)
        if signal != 0 { throw Interruption(signal: signal) }
    }
}
