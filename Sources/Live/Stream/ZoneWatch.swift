import Glibc
import Synchronization

/// Notices that this machine was given another time zone.
///
/// The C library reads the zone's file at its first question and no more: whoever runs for months would go by the zone
/// that there was when it began. Nothing is allocated unless the file has changed.
package final class ZoneWatch: Sendable {
    private let file: String
    private let read: @Sendable () -> Void
    private let seen = Mutex<FileVersion?>(nil)

    /// The machine's own.
    package static let machine = ZoneWatch(file: "/etc/localtime") { tzset() }

    /// - Parameters:
    ///   - file: that is another one, or was written to, when the zone is another.
    ///   - read: has the zone read again; called at the first look and whenever the file has changed.
    package init(file: String, read: @escaping @Sendable () -> Void) {
        self.file = file
        self.read = read
    }

    /// Looks whether it has changed. A file that is gone changes nothing.
    package func look() {
        guard let now = FileVersion(file) else { return }
        seen.withLock { seen in
            guard seen != now else { return }
            read()
            seen = now
        }
    }
}
