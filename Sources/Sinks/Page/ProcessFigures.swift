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
        // Without the listing itself.
        FolderListing.count(in: "/proc/self/fd").map { max(0, $0 - 1) } ?? 0
    }
}
