import Glibc
import TacitDiagnostics

/// Lets a stream that is already there pass no faster than it was recorded.
struct Pacer {
    private let start = Stopwatch.now
    let stop: StopToken

    /// Waits until `streamSeconds` have passed since the start, or for a wish to stop. What is late is not made up for
    /// by waiting less later.
    func wait(for streamSeconds: Double) {
        let remaining = start + streamSeconds - Stopwatch.now
        guard remaining > 0, remaining < 86_400 else { return }
        // Whole milliseconds can be called off.
        var wish = pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = (remaining * 1000).rounded(.down)
        guard poll(&wish, 1, Int32(milliseconds)) <= 0 else { return }
        var rest = timespec(tv_sec: 0, tv_nsec: Int((remaining * 1000 - milliseconds) * 1e6))
        nanosleep(&rest, nil)
    }
}
