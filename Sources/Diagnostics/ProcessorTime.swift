import Glibc

/// What this process has had of the processors.
package enum ProcessorTime {
    /// Of all its threads, in user and kernel.
    package static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
