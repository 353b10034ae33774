import Glibc

/// Time that only goes forward.
package struct Stopwatch {
    private var start = Self.now

    package init() {}

    /// Seconds since it was made or restarted.
    package var seconds: Double { Self.now - start }

    package mutating func restart() { start = Self.now }

    package static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
