import Glibc
import TacitDiagnostics

/// A file that appears whole or not at all: written under a temporary name beside its target, flushed to the disk and
/// then renamed. Left unfinished, the temporary file is removed.
package final class OutputFile {
    package let path: String
    private let temporaryPath: String
    private var descriptor: Int32

    /// - Throws: `TacitError` of kind `cannotCreate`.
    package init(path: String) throws {
        self.path = path
        // Renaming over a device, a folder or a pipe would replace it.
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw TacitError(.cannotCreate, file: path, "is there and not a regular file")
        }
        var template = Array("\(path).XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw TacitError(.cannotCreate, file: path, String(cString: strerror(errno)))
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        temporaryPath = template.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { String(cString: $0) } ?? path
        }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporaryPath)
    }

    /// Writes at a place of its own; gaps read as zeros.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
        var written = 0
        while written < bytes.count {
            guard let base = bytes.baseAddress else { return }
            let count = pwrite(descriptor, base + written, bytes.count - written, off_t(offset + written))
            if count < 0 {
                if errno == EINTR { continue }
                throw failure()
            }
            written += count
        }
    }

    package func setLength(_ length: Int) throws {
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw failure() }
    }

    /// Flushes, gives the file the permissions a new file gets, and renames it into its place.
    package func finish() throws {
        let mask = umask(0)
        umask(mask)
        guard fchmod(descriptor, 0o666 & ~mask) == 0, fsync(descriptor) == 0 else { throw failure() }
        guard rename(temporaryPath, path) == 0 else { throw failure() }
        close(descriptor)
        descriptor = -1
        // The rename itself reaches the disk with the folder. Where a folder can't be flushed, nothing is lost but
        // certainty, so failure is no error.
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let folderDescriptor = open(folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder, O_RDONLY | O_CLOEXEC)
        if folderDescriptor >= 0 {
            fsync(folderDescriptor)
            close(folderDescriptor)
        }
    }

    private func failure() -> TacitError {
        let code = errno
        let kind: TacitError.Kind = code == EIO ? .inputOutput : .cannotCreate
        return TacitError(kind, file: path, String(cString: strerror(code)))
    }
}
