import Glibc
import TacitDiagnostics

/// The bytes of one file at a time, read whole into memory that is used again.
final class FileContents {
    private var memory: UnsafeMutableRawPointer
    private var capacity = 1

    init() { memory = .allocate(byteCount: 1, alignment: 16) }

    deinit { memory.deallocate() }

    /// - Returns: the file's bytes, valid until the next call.
    /// - Throws: `TacitError` naming the file: no input for what is absent, unreadable or no regular file, bad data for
    ///   what is larger than `maximumBytes`, refused before memory is taken for it.
    func read(_ path: String, maximumBytes: Int) throws -> UnsafeRawBufferPointer {
        // Not blocking, so that a pipe of that name is refused rather than waited for.
        let descriptor = SystemPath.withBytes(path) { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw TacitError(.noInput, file: path, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else {
            throw TacitError(.inputOutput, file: path, String(cString: strerror(errno)))
        }
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw TacitError(.noInput, file: path, "not a regular file")
        }
        guard information.st_size <= maximumBytes else {
            throw TacitError.badData(path, "\(information.st_size) bytes, expected at most \(maximumBytes)")
        }
        let size = Int(information.st_size)
        if size > capacity {
            memory.deallocate()
            memory = .allocate(byteCount: size, alignment: 16)
            capacity = size
        }
        var filled = 0
        while filled < size {
            let count = Glibc.read(descriptor, memory + filled, size - filled)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw TacitError(.inputOutput, file: path, String(cString: strerror(errno))) }
            if count == 0 { break }
            filled += count
        }
        return UnsafeRawBufferPointer(start: memory, count: filled)
    }
}
