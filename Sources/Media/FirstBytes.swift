import CTacitPipe
import Glibc
import Synchronization
import TacitDiagnostics

/// Looks at what a file, or a pipe, begins with, and leaves it there for whoever reads it.
package enum FirstBytes {
    /// As many as tell formats apart.
    private static let wanted = 32
    private static let least = 18
    /// Pipes that have a name stay open for whoever reads them: a writer is there only once.
    private static let kept = Mutex<[String: Int32]>([:])

    /// A pipe that was looked at, to be read and closed.
    static func takeOpen(_ path: String) -> Int32? { kept.withLock { $0.removeValue(forKey: path) } }

    /// - Parameters:
    ///   - path: of a file or a pipe; `-` is standard input.
    ///   - body: given the first bytes; none of what can't be looked at.
    package static func withBytes<Result>(of path: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeTemporaryAllocation(byteCount: wanted, alignment: 8) { buffer in
            body(UnsafeRawBufferPointer(rebasing: buffer[..<max(0, look(path, buffer))]))
        }
    }

    private static func look(_ path: String, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        if path == StandardInput.path { return look(STDIN_FILENO, buffer) }
        var status = stat()
        guard SystemPath.withBytes(path, { stat($0, &status) }) == 0 else { return 0 }
        let isPipe = status.st_mode & S_IFMT == S_IFIFO
        guard isPipe || status.st_mode & S_IFMT == S_IFREG else { return 0 }
        let descriptor = SystemPath.withBytes(path) { open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { return 0 }
        if isPipe { kept.withLock { $0[path] = descriptor } }
        defer { if !isPipe { close(descriptor) } }
        return look(descriptor, buffer)
    }

    private static func look(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return 0 }
        switch status.st_mode & S_IFMT {
        // A file without bytes by its own account may be one of the kernel's, which are waited for.
        case S_IFREG where status.st_size == 0: return 0
        case S_IFREG: return pread(descriptor, buffer.baseAddress, buffer.count, max(0, lseek(descriptor, 0, SEEK_CUR)))
        case S_IFIFO: return lookInPipe(descriptor, buffer)
        case S_IFSOCK: return recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_PEEK))
        default: return 0
        }
    }

    private static func lookInPipe(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        var found = 0
        // A writer may begin with a few bytes only: it has a tenth of a second for more of them.
        for _ in 0..<100 where found < least {
            let count = tacit_pipe_look(descriptor, buffer.baseAddress, buffer.count)
            guard count > 0 else { break }
            found = count
            if found < least { usleep(1000) }
        }
        return found
    }
}
