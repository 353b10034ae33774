import Glibc
import TacitDiagnostics

/// A file, mapped read-only for as long as this object lives.
///
/// The bytes are those of the file at each moment: a file that is cut short while it is mapped ends the process by a
/// signal, as with every mapped file. Models are therefore replaced by renaming, never rewritten in place.
package final class FileMap: @unchecked Sendable {
    /// They are there as long as this object is: whoever reads them must keep it (`withExtendedLifetime`).
    package let bytes: UnsafeRawBufferPointer

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
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }
}
