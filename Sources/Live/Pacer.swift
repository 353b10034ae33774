import Glibc
import TacitDiagnostics

/// Lets a stream that is already there pass no faster than it was recorded.
struct Pacer {
    private let start = Stopwatch.now
    let stop: StopToken

    /// Waits until `streamSeconds` have passed since the start, or for a wish to stop. What is late is not made up for by
    /// waiting less later.
    func wait(for streamSeconds: Double) {
        let remaining = start + streamSeconds - Stopwatch.now
        guard remaining > 0, remaining < 86_400 else { return }
        var time = timespec(tv_sec: Int(remaining), tv_nsec: Int((remaining - remaining.rounded(.down)) * 1e9))
        var wish = pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0)
        // A signal that is handled elsewhere may cut the wait short; the next one makes up for it.
        ppoll(&wish, 1, &time, nil)
    }
}
