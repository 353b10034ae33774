import Glibc
import TacitDiagnostics

/// Bytes from a descriptor as they come: short reads, interrupted reads and non-blocking descriptors are all fine.
final class ByteStream {
    let name: String
    private let descriptor: Int32
    private let isOwned: Bool

    /// - Parameters:
    ///   - descriptor: read from, never closed.
    ///   - name: the stream's name in errors.
    init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
        isOwned = false
    }

    /// - Throws: `TacitError` (no input).
    init(path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TacitError(.noInput, file: path, String(cString: strerror(errno))) }
        name = path
        isOwned = true
    }

    deinit {
        if isOwned { close(descriptor) }
    }

    /// Waits for bytes and reads at most `count` of them; 0 at the end.
    ///
    /// - Throws: `TacitError`: no input for what can't be read from at all, I/O error for a read that fails.
    func read(into buffer: UnsafeMutableRawPointer, count: Int) throws -> Int {
        while true {
            let received = Glibc.read(descriptor, buffer, count)
            if received >= 0 { return received }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                poll(&ready, 1, -1)
            case let number:
                throw TacitError(
                    number == EISDIR || number == EBADF ? .noInput : .inputOutput, file: name,
                    String(cString: strerror(number)))
            }
        }
    }

    /// Reads exactly `count` bytes, or fewer at the end.
    func fill(_ buffer: UnsafeMutableRawPointer, count: Int) throws -> Int {
        var filled = 0
        while filled < count {
            let received = try read(into: buffer + filled, count: count - filled)
            if received == 0 { break }
            filled += received
        }
        return filled
    }
}
