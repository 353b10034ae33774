import Glibc
import Synchronization
import TacitDiagnostics

/// Notices that this machine was given another time zone.
///
/// The C library reads the zone's file at its first question and no more: whoever runs for months would go by the zone
/// that there was when it began. Nothing is allocated unless the file has changed.
package final class ZoneWatch: Sendable {
    private struct Version: Equatable {
        let identity: FileIdentity
        let seconds: Int
        let nanoseconds: Int
    }

    /// The file's path, as the system takes it.
    private let path: [CChar]
    private let read: @Sendable () -> Void
    private let seen = Mutex<Version?>(nil)

    /// The machine's own.
    package static let machine = ZoneWatch(file: "/etc/localtime") { tzset() }

    /// - Parameters:
    ///   - file: that is another one, or has another time, when the zone is.
    ///   - read: has the zone read again; called at the first look and whenever the file has changed.
    package init(file: String, read: @escaping @Sendable () -> Void) {
        path = Array(file.utf8CString)
        self.read = read
    }

    /// Looks whether it has changed. A file that is gone changes nothing.
    package func look() {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        let now = Version(
            identity: FileIdentity(status), seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
        seen.withLock { seen in
            guard seen != now else { return }
            read()
            seen = now
        }
    }
}
