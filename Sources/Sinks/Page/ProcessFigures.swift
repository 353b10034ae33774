import Glibc
import TacitDiagnostics

/// What the program itself takes of the machine.
struct ProcessFigures {
    /// Of all its threads, in user and kernel.
    let cpuSeconds: Double
    let residentBytes: Int
    let openFiles: Int

    static func now() -> ProcessFigures {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return ProcessFigures(
            cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime), residentBytes: ResidentMemory.bytes,
            openFiles: openFiles())
    }

    private static func openFiles() -> Int {
        guard let listing = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(listing) }
        var count = 0
        while readdir(listing) != nil { count += 1 }
        // Without `.`, `..` and the listing itself.
        return max(0, count - 3)
    }
}
