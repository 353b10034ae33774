import Glibc
import TacitDiagnostics

/// Asks a program that is on the machine.
package enum ProgramOutput {
    private static let longest = 1 << 16

    /// What it writes to its standard output; nil where it can't be started, fails or takes too long.
    ///
    /// - Parameters:
    ///   - path: of the program.
    ///   - words: its arguments.
    ///   - seconds: after which it is ended.
    package static func of(_ path: String, _ words: [String], seconds: Double) -> String? {
        guard let pipe = try? PipeEnds(failing: .inputOutput, file: path) else { return nil }
        defer { close(pipe.reading) }
        let child = try? ChildGroup(
            path, words: [path] + words, output: pipe.writing, failing: .inputOutput, file: path)
        close(pipe.writing)
        guard let child else { return nil }
        let bytes = read(from: pipe.reading, until: Stopwatch.now + seconds)
        // One that goes on is ended, and what it started with it.
        if bytes == nil { child.kill() }
        var end = child.reap(within: 1)
        if end == nil {
            child.kill()
            end = child.reap(within: .infinity)
        }
        guard let bytes, end == .status(0) else { return nil }
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
