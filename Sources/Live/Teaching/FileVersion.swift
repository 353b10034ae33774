import Glibc
import TacitDiagnostics

/// Tells whether the file at a path has been replaced or written since: a replacement is another file, and a write
/// gives it another time or size.
package struct FileVersion: Equatable, Sendable {
    private let identity: FileIdentity
    private let seconds: Int
    private let nanoseconds: Int
    private let size: Int

    /// nil where there is no file.
    init?(_ path: String) {
        var status = stat()
        guard SystemPath.withBytes(path, { stat($0, &status) }) == 0 else { return nil }
        identity = FileIdentity(status)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
        size = Int(status.st_size)
    }
}
