import Glibc
import TacitDiagnostics

/// A file in memory, read-only, for as long as this object lives: mapped, or a private copy.
///
/// A map's bytes are those of the file at each moment: one that is cut short ends the process by a signal, and one that
/// is written to changes under whoever reads it. A private copy is what the file was when it was opened, whatever is
/// done to it later, and takes as much memory as the file is long, whether or not all of it is used.
package final class FileMap: @unchecked Sendable {
    /// They are there as long as this object is: whoever reads them must keep it (`withExtendedLifetime`).
    package let bytes: UnsafeRawBufferPointer

    /// A private copy of what is in memory already.
    ///
    /// - Throws: `TacitError`: bad data for nothing, `inputOutput` where there is no room.
    package init(copying bytes: UnsafeRawBufferPointer) throws {
        guard !bytes.isEmpty else { throw TacitError(.badData, "the file is empty") }
        let base = try Self.room(bytes.count, path: nil)
        base.copyMemory(from: bytes.baseAddress ?? UnsafeRawPointer(base), byteCount: bytes.count)
        self.bytes = Self.sealed(base, bytes.count)
    }

    /// - Parameters:
    ///   - path: the file.
    ///   - followsLinks: whether `path` itself may be a symbolic link.
    ///   - isPrivate: whether to copy it.
    /// - Throws: `TacitError`: `noInput` if there is no such file, `badData` if it is empty or a link that is not
    ///   followed, `inputOutput` if it can't be read whole, or is written to meanwhile.
    package init(path: String, followsLinks: Bool = true, isPrivate: Bool = false) throws {
        // Non-blocking, so that a FIFO is refused instead of waited for.
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW)
        let descriptor = SystemPath.withBytes(path) { open($0, flags) }
        guard descriptor >= 0 else {
            if errno == ELOOP, !followsLinks { throw TacitError.badData(path, "is a link, which is not followed") }
            throw TacitError.system(.noInput, file: path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw TacitError.system(.noInput, file: path)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw TacitError(.noInput, file: path, "not a regular file") }
        let size = Int(status.st_size)
        guard size > 0 else { throw TacitError.badData(path, "the file is empty") }
        let base = try Self.room(size, of: isPrivate ? nil : descriptor, path: path)
        if isPrivate {
            do {
                try Self.copy(descriptor, status, to: base, path: path)
            } catch {
                munmap(base, size)
                throw error
            }
        }
        bytes = Self.sealed(base, size)
    }

    /// Memory with a file's bytes, or without a file with zeros, to be written to.
    private static func room(
        _ size: Int, of descriptor: Int32? = nil, path: String?
    ) throws -> UnsafeMutableRawPointer {
        let base = mmap(
            nil, size, descriptor == nil ? PROT_READ | PROT_WRITE : PROT_READ,
            descriptor == nil ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_PRIVATE, descriptor ?? -1, 0)
        guard let base, base != MAP_FAILED else {
            throw TacitError.system(.inputOutput, file: path, what: "no room for its \(size) bytes")
        }
        // All of a copy is written to at once: large pages are had in a few faults instead of thousands.
        if descriptor == nil { madvise(base, size, MADV_HUGEPAGE) }
        return base
    }

    /// From here on a stray write to a copy is stopped as a map would stop it.
    private static func sealed(_ base: UnsafeMutableRawPointer, _ size: Int) -> UnsafeRawBufferPointer {
        mprotect(base, size, PROT_READ)
        return UnsafeRawBufferPointer(start: base, count: size)
    }

    private static func copy(
        _ descriptor: Int32, _ status: stat, to base: UnsafeMutableRawPointer, path: String
    ) throws {
        let size = Int(status.st_size)
        var filled = 0
        while filled < size {
            let count = read(descriptor, base + filled, size - filled)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw TacitError.system(.inputOutput, file: path) }
            if count == 0 { break }
            filled += count
        }
        var after = stat()
        guard filled == size, fstat(descriptor, &after) == 0, after.st_size == status.st_size,
            after.st_mtim.tv_sec == status.st_mtim.tv_sec, after.st_mtim.tv_nsec == status.st_mtim.tv_nsec
        else { throw TacitError(.inputOutput, file: path, "was written to while it was read: try again") }
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}
