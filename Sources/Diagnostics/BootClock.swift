import Glibc

/// Time that only goes forward, and goes on while the machine sleeps.
package enum BootClock {
    /// Seconds since the machine started.
    package static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
