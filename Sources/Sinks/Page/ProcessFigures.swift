import Glibc
import TacitDiagnostics

/// What the program itself takes of the machine.
struct ProcessFigures {
    /// Of all its threads, in user and kernel.
    let cpuSeconds: Double
    let residentBytes: Int
    let openFiles: Int

    static func now() -> ProcessFigures {
        ProcessFigures(
            cpuSeconds: ProcessorTime.seconds, residentBytes: ResidentMemory.bytes, openFiles: openFiles())
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
