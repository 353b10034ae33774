import Glibc
import TacitDiagnostics

/// A file, mapped read-only for as long as this object lives, or a copy of one that lay in memory.
///
/// The bytes are those of the file at each moment: a file that is cut short while it is mapped ends the process by a
/// signal, as with every mapped file. Models are therefore replaced by renaming, never rewritten in place.
package final class FileMap: @unchecked Sendable {
    /// They are there as long as this object is: whoever reads them must keep it (`withExtendedLifetime`).
    package let bytes: UnsafeRawBufferPointer
    private let isMapped: Bool

    /// A copy, aligned to a page as a map is.
    ///
    /// - Throws: `TacitError` (bad data) for nothing.
    package init(copying bytes: UnsafeRawBufferPointer) throws {
        guard !bytes.isEmpty else { throw TacitError(.badData, "the file is empty") }
        var memory: UnsafeMutableRawPointer?
        guard posix_memalign(&memory, 4096, bytes.count) == 0, let memory else {
            throw TacitError(.inputOutput, "no memory for \(bytes.count) bytes")
        }
        UnsafeMutableRawBufferPointer(start: memory, count: bytes.count).copyMemory(from: bytes)
        self.bytes = UnsafeRawBufferPointer(start: memory, count: bytes.count)
        isMapped = false
    }

    /// - Parameters:
    ///   - path: the file to map.
    ///   - followsLinks: whether `path` itself may be a symbolic link.
    /// - Throws: `TacitError`: `noInput` if there is no such file, `badData` if it is empty or a link that is not
    ///   followed.
    package init(path: String, followsLinks: Bool = true) throws {
        // Non-blocking, so that a FIFO is refused instead of waited for.
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW)
        let descriptor = SystemPath.withBytes(path) { open($0, flags) }
        guard descriptor >= 0 else {
            if errno == ELOOP, !followsLinks { throw TacitError.badData(path, "is a link, which is not followed") }
            throw TacitError(.noInput, file: path, String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw TacitError(.noInput, file: path, String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw TacitError(.noInput, file: path, "not a regular file") }
        let size = Int(status.st_size)
        guard size > 0 else { throw TacitError.badData(path, "the file is empty") }
        guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            throw TacitError(.inputOutput, file: path, "cannot map: \(String(cString: strerror(errno)))")
        }
        bytes = UnsafeRawBufferPointer(start: base, count: size)
        isMapped = true
    }

    deinit {
        if isMapped {
            munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
        } else {
            free(UnsafeMutableRawPointer(mutating: bytes.baseAddress))
        }
    }
}
