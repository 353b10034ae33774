import Glibc

/// What this process has in memory, maps of files included.
package enum ResidentMemory {
    /// 0 where the system does not say.
    package static var bytes: Int {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var line = [UInt8](repeating: 0, count: 256)
        let count = read(descriptor, &line, line.count)
        // The second number is that of the pages that are in memory.
        let fields = String(decoding: line[..<max(0, count)], as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }
}
