import Glibc
import TacitDiagnostics

/// Keeps other programs from changing a file of learned labels meanwhile; they wait.
///
/// The lock lies on the file's folder, since the file itself is replaced by every change and may not be there yet.
package final class LabelsLock {
    private let descriptor: Int32

    /// - Parameters:
    ///   - path: of the file, which need not be there.
    ///   - waits: told if another program has it.
    /// - Throws: `TacitError` (cannot create) where there is no such folder.
    package init(beside path: String, waits: () -> Void = {}) throws {
        // The one that a link leads to: it may be known by other names.
        let place = SystemPath.folder(of: SystemPath.target(of: path))
        descriptor = SystemPath.withBytes(place) { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else {
            throw TacitError.system(.cannotCreate, file: errno == EACCES ? place : path)
        }
        // Where a file system knows no locks, there is nobody to wait for.
        var result = flock(descriptor, LOCK_EX | LOCK_NB)
        if result != 0, errno == EWOULDBLOCK {
            waits()
            repeat { result = flock(descriptor, LOCK_EX) } while result != 0 && errno == EINTR
        }
    }

    deinit { close(descriptor) }
}
