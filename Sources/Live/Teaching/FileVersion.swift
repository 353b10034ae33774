import Glibc
import TacitDiagnostics

/// Which file a path leads to, and since when it is as it is: another one stands there after every change that replaces it.
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
