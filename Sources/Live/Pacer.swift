import Glibc
import TacitDiagnostics

/// Lets a stream that is already there pass no faster than it was recorded.
struct Pacer {
    private let start = Stopwatch.now
    private let stop: StopToken

    init(stop: StopToken) { self.stop = stop }

    /// Waits until `streamSeconds` have passed since the start, or for a wish to stop. What is late is not made up for by
    /// waiting less later.
    func wait(for streamSeconds: Double) {
        while !stop.isStopping {
            let remaining = start + streamSeconds - Stopwatch.now
            guard remaining > 0, remaining < 86_400 else { return }
            let milliseconds = Int32(remaining * 1000)
            if milliseconds > 0 {
                // A signal that is handled elsewhere may cut the wait short.
                var wish = pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0)
                poll(&wish, 1, milliseconds)
            } else {
                var rest = timespec(tv_sec: 0, tv_nsec: Int(remaining * 1e9))
                nanosleep(&rest, nil)
            }
        }
    }
}
