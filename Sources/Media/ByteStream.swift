import Glibc
import TacitDiagnostics

/// Bytes from a descriptor as they come, with a look ahead: short reads, interrupted reads and non-blocking descriptors
/// are all fine.
package final class ByteStream {
    /// The most that can be looked ahead.
    static let maximumPeek = 1 << 16

    let name: String
    let descriptor: Int32
    private let isOwned: Bool
    private let stopDescriptor: Int32
    private let wait: (() -> Bool)?
    /// Looked at, not yet read: `ahead[start..<end]`.
    private let ahead: UnsafeMutableRawPointer
    private var start = 0
    private var end = 0
    /// Whether any bytes have come.
    private var hasReceived = false
    /// Whether it ended because that was wished.
    package private(set) var wasStopped = false
    /// Bytes read up to now.
    private(set) var position = 0

    /// - Parameters:
    ///   - descriptor: read from, never closed.
    ///   - name: the stream's name in errors.
    ///   - stopDescriptor: once this one is readable or closed, the stream ends: the read end of a pipe that a signal
    ///     handler writes to, so that a read that waits can be called off.
    init(descriptor: Int32, name: String, stopDescriptor: Int32? = nil) {
        self.descriptor = descriptor
        self.name = name
        self.stopDescriptor = stopDescriptor ?? -1
        wait = nil
        isOwned = false
        ahead = .allocate(byteCount: Self.maximumPeek, alignment: 16)
    }

    /// Of one that knows itself how long bytes are worth waiting for.
    ///
    /// - Parameters:
    ///   - descriptor: read from, never closed.
    ///   - name: the stream's name in errors.
    ///   - wait: returns when there is something to read or the end of it; false calls the stream off.
    package init(descriptor: Int32, name: String, wait: @escaping () -> Bool) {
        self.descriptor = descriptor
        self.name = name
        self.wait = wait
        stopDescriptor = -1
        isOwned = false
        ahead = .allocate(byteCount: Self.maximumPeek, alignment: 16)
    }

    /// A file, or a pipe that has a name, for which its writer is waited: where there is a stop descriptor by the first
    /// read, so that this wait can be called off as well, else here.
    ///
    /// - Parameters:
    ///   - expected: what should be there, for the error when it is a folder.
    ///   - stopDescriptor: once this one is readable or closed, the stream ends.
    /// - Throws: `TacitError` (no input).
    init(path: String, expected: String, stopDescriptor: Int32? = nil) throws {
        var status = stat()
        // Asked before it is opened, for to open a device may have effects.
        guard SystemPath.withBytes(path, { stat($0, &status) }) == 0 else {
            throw TacitError.system(.noInput, file: path)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG, S_IFIFO: break
        case S_IFDIR: throw TacitError(.noInput, file: path, "is a directory, expected \(expected)")
        default: throw TacitError(.noInput, file: path, "is not a regular file")
        }
        // Opened without its writer, a pipe neither has bytes nor is at its end until the first writer is there: the
        // wait in front of each read, which can be called off, is the wait for that.
        let isAwaited = stopDescriptor != nil && status.st_mode & S_IFMT == S_IFIFO
        let mode = O_RDONLY | O_CLOEXEC | (isAwaited ? O_NONBLOCK : 0)
        descriptor = FirstBytes.takeOpen(path) ?? SystemPath.withBytes(path) { open($0, mode) }
        guard descriptor >= 0 else { throw TacitError.system(.noInput, file: path) }
        // Reads behind that wait are those of any other pipe.
        if isAwaited { _ = fcntl(descriptor, F_SETFL, 0) }
        name = path
        self.stopDescriptor = stopDescriptor ?? -1
        wait = nil
        isOwned = true
        ahead = .allocate(byteCount: Self.maximumPeek, alignment: 16)
    }

    deinit {
        if isOwned { close(descriptor) }
        ahead.deallocate()
    }

    /// Whether it can be read from any place.
    var isRegularFile: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Waits for bytes and reads at most `count` of them; 0 at the end, and once it was stopped.
    ///
    /// - Throws: `TacitError`: no input for what can't be read from at all, I/O error for a read that fails.
    package func read(into buffer: UnsafeMutableRawPointer, count: Int) throws -> Int {
        let received: Int
        if start < end {
            received = min(count, end - start)
            buffer.copyMemory(from: ahead + start, byteCount: received)
            start += received
        } else {
            received = try receive(into: buffer, count: count)
        }
        position += received
        return received
    }

    /// The next bytes, which stay to be read: at least `count` of them (at most `maximumPeek`), or fewer at the end.
    /// Valid until the next call.
    func peek(_ count: Int) throws -> UnsafeRawBufferPointer {
        if start > 0, end - start < count {
            ahead.copyMemory(from: ahead + start, byteCount: end - start)
            end -= start
            start = 0
        }
        while end - start < min(count, Self.maximumPeek) {
            let received = try receive(into: ahead + end, count: Self.maximumPeek - end)
            if received == 0 { break }
            end += received
        }
        return UnsafeRawBufferPointer(start: ahead + start, count: end - start)
    }

    /// Reads exactly `count` bytes, or fewer at the end.
    ///
    /// - Throws: `TacitError` (I/O error) for a read that fails.
    package func fill(_ buffer: UnsafeMutableRawPointer, count: Int) throws -> Int {
        var filled = 0
        while filled < count {
            let received = try read(into: buffer + filled, count: count - filled)
            if received == 0 { break }
            filled += received
        }
        return filled
    }

    /// Reads as `read` does, but not beyond where `mark` stands: 0 there, and at the end.
    ///
    /// - Parameter passing: bytes in front in which it is not looked for.
    func read(
        into buffer: UnsafeMutableRawPointer, count: Int, before mark: ByteMark, passing: Int = 0
    ) throws -> Int {
        var bytes = try peek(1)
        var place = mark.place(in: bytes, count, passing)
        // What may be its beginning is told by the bytes behind it.
        while place == 0, !bytes.isEmpty, bytes.count < mark.count {
            let before = bytes.count
            bytes = try peek(before + 1)
            place = bytes.count > before ? mark.place(in: bytes, count, passing) : min(before, count)
        }
        return place == 0 ? 0 : try read(into: buffer, count: place)
    }

    /// Where the next byte lies in a file that can be read from any place; nil for any other.
    var fileOffset: Int? {
        guard isRegularFile else { return nil }
        let place = Int(lseek(descriptor, 0, SEEK_CUR)) - (end - start)
        return place >= 0 ? place : nil
    }

    /// Bytes up to the end of a file that can be read from any place; nil for any other.
    var bytesLeft: Int? {
        var status = stat()
        guard let place = fileOffset, fstat(descriptor, &status) == 0 else { return nil }
        return max(0, Int(status.st_size) - place)
    }

    /// Whether it is a file that has no bytes by its own account. Those of the kernel (/proc) have some nevertheless,
    /// may be waited for without end or have no end, and are nothing that anyone means to be read here.
    private var isEmptyFile: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size == 0
    }

    /// Passes over `count` bytes, or fewer at the end.
    func skip(_ count: Int) throws {
        var left = count
        while left > 0 {
            let next = try peek(1)
            if next.isEmpty { return }
            let passed = min(left, next.count)
            start += passed
            position += passed
            left -= passed
        }
    }

    private func receive(into buffer: UnsafeMutableRawPointer, count: Int) throws -> Int {
        if !hasReceived, isEmptyFile { return 0 }
        while true {
            if wait != nil || stopDescriptor >= 0, try !waitForBytes() { return 0 }
            let received = Glibc.read(descriptor, buffer, count)
            if received > 0 { hasReceived = true }
            if received >= 0 { return received }
            switch errno {
            case EINTR: continue
            case EAGAIN: _ = try waitForBytes()
            case let number:
                throw TacitError.system(
                    number == EISDIR || number == EBADF ? .noInput : .inputOutput, number, file: name)
            }
        }
    }

    /// Whether there is something to read (or the end of it), rather than a wish to stop.
    private func waitForBytes() throws -> Bool {
        if let wait {
            wasStopped = !wait()
            return !wasStopped
        }
        var descriptors = (
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stopDescriptor, events: Int16(POLLIN), revents: 0)
        )
        while true {
            let count = withUnsafeMutablePointer(to: &descriptors) { pair in
                pair.withMemoryRebound(to: pollfd.self, capacity: 2) { poll($0, 2, -1) }
            }
            if count >= 0 {
                wasStopped = descriptors.1.revents != 0
                return !wasStopped
            }
            guard errno == EINTR || errno == EAGAIN else {
                throw TacitError.system(.inputOutput, file: name)
            }
        }
    }
}
