import CTacitProgram
import Glibc
import TacitDiagnostics

/// Asks a program that is on the machine.
enum ProgramOutput {
    private static let longest = 1 << 16

    /// What it writes to its standard output; nil where it can't be started, fails or takes too long.
    ///
    /// - Parameters:
    ///   - words: its arguments.
    ///   - seconds: after which it is ended.
    static func of(_ path: String, _ words: [String], seconds: Double) -> String? {
        var ends: [Int32] = [-1, -1]
        guard tacit_make_pipe(&ends) == 0 else { return nil }
        defer { close(ends[0]) }
        let nothing = open("/dev/null", O_WRONLY | O_CLOEXEC)
        let arguments: [UnsafeMutablePointer<CChar>?] = ([path] + words).map { strdup($0) } + [nil]
        var child: Int32 = 0
        let failure = SystemPath.withBytes(path) { tacit_spawn_source($0, arguments, ends[1], nothing, &child) }
        for argument in arguments { free(argument) }
        close(ends[1])
        close(nothing)
        guard failure == 0 else { return nil }
        let bytes = read(from: ends[0], until: Stopwatch.now + seconds)
        // One that goes on is ended, and what it started with it.
        if bytes == nil { kill(-child, SIGKILL) }
        var status: Int32 = 0
        var isOver = false
        for _ in 0..<1000 where !isOver {
            isOver = waitpid(child, &status, WNOHANG) == child
            if !isOver { usleep(1000) }
        }
        if !isOver {
            kill(-child, SIGKILL)
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
        }
        guard let bytes, status == 0 else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Nil where there is no end in time, or too much.
    private static func read(from descriptor: Int32, until deadline: Double) -> [UInt8]? {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= longest {
            var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let left = deadline - Stopwatch.now
            guard left > 0 else { return nil }
            let found = poll(&ready, 1, Int32(left * 1000) + 1)
            if found < 0, errno == EINTR { continue }
            guard found > 0 else { return nil }
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count == 0 { return bytes }
            guard count > 0 else { return nil }
            bytes += piece[..<count]
        }
        return nil
    }
}
