import Glibc
import TacitDiagnostics

/// Keeps other programs from changing a file of learned labels meanwhile; they wait.
///
/// The lock lies on the file's folder, since the file itself is replaced by every change and may not be there yet.
package final class LabelsLock {
    private let descriptor: Int32

    /// - Throws: `TacitError` (cannot create) where there is no such folder.
    package init(beside path: String) throws {
        // The one that a link leads to: it may be known by other names.
        let place = SystemPath.folder(of: SystemPath.target(of: path))
        descriptor = SystemPath.withBytes(place) { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else {
            throw TacitError(.cannotCreate, file: path, String(cString: strerror(errno)))
        }
        // Where a file system knows no locks, there is nobody to wait for.
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    }

    deinit { close(descriptor) }
}
