/// Which programs have something open, where `/proc` tells: everyone's own, and root's view of all.
enum Holders {
    /// What can be asked to end alone: neither everyone nor a group, as kill(1) takes other numbers, nor the first of
    /// all.
    static let numbers = 2...Int(Int32.max)

    /// `name (pid 12)`
    static func program(_ process: Int, _ system: System) -> String {
        "\(system.processes.name(of: process) ?? "a program") (pid \(process))"
    }

    /// The process that a thread belongs to; nil where either can't be one.
    static func process(ofThread thread: Int, _ system: System) -> Int? {
        guard numbers.contains(thread) else { return nil }
        return system.processes.process(ofThread: thread).flatMap { numbers.contains($0) ? $0 : nil }
    }

    /// The processes that have a file open; a path as they see it, or `socket:[INODE]`.
    static func processes(of target: String, _ system: System) -> [Int] {
        system.processes.holding { $0 == target }.filter { numbers.contains($0) }
    }

    /// The process that listens at a port.
    static func listener(port: Int, _ system: System) -> Int? {
        for file in ["/proc/net/tcp", "/proc/net/tcp6"] {
            for line in system.lines(file) {
                // `0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 1000 0 INODE`; 0A:
                // listening.
                let words = line.split(separator: " ")
                guard words.count > 9, words[3] == "0A", let text = words[1].split(separator: ":").last,
                    Int(text, radix: 16) == port
                else { continue }
                if let process = processes(of: "socket:[\(words[9])]", system).first { return process }
            }
        }
        return nil
    }
}
