import Glibc

/// Time that only goes forward.
struct Stopwatch {
    private var start = Self.now

    /// Seconds since it was made or restarted.
    var seconds: Double { Self.now - start }

    mutating func restart() { start = Self.now }

    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
