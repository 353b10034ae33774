import Glibc
import TacitDiagnostics

/// Bytes from a descriptor as they come: short reads, interrupted reads and non-blocking descriptors are all fine.
final class ByteStream {
    let name: String
    private let descriptor: Int32
    private let isOwned: Bool
    private let stopDescriptor: Int32
    /// Whether it ended because that was wished.
    private(set) var wasStopped = false

    /// - Parameters:
    ///   - descriptor: read from, never closed.
    ///   - name: the stream's name in errors.
    ///   - stopDescriptor: once this one is readable or closed, the stream ends, amid a read that waits, too.
    init(descriptor: Int32, name: String, stopDescriptor: Int32? = nil) {
        self.descriptor = descriptor
        self.name = name
        self.stopDescriptor = stopDescriptor ?? -1
        isOwned = false
    }

    /// - Throws: `TacitError` (no input).
    init(path: String, stopDescriptor: Int32? = nil) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TacitError(.noInput, file: path, String(cString: strerror(errno))) }
        name = path
        self.stopDescriptor = stopDescriptor ?? -1
        isOwned = true
    }

    deinit {
        if isOwned { close(descriptor) }
    }

    /// Waits for bytes and reads at most `count` of them; 0 at the end, and once it was stopped.
    ///
    /// - Throws: `TacitError`: no input for what can't be read from at all, I/O error for a read that fails.
    func read(into buffer: UnsafeMutableRawPointer, count: Int) throws -> Int {
        while true {
            guard waitForBytes() else {
                wasStopped = true
                return 0
            }
            let received = Glibc.read(descriptor, buffer, count)
            if received >= 0 { return received }
            switch errno {
            case EINTR, EAGAIN: continue
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

    /// Whether there is something to read, or an end or error of it, rather than a wish to stop.
    private func waitForBytes() -> Bool {
        var descriptors = (
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stopDescriptor, events: Int16(POLLIN), revents: 0)
        )
        while true {
            let count = withUnsafeMutableBytes(of: &descriptors) {
                poll($0.bindMemory(to: pollfd.self).baseAddress, 2, -1)
            }
            // What keeps it from waiting, `read` will name.
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            return descriptors.1.revents == 0
        }
    }
}
