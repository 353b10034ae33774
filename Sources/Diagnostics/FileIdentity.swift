import Glibc

/// What tells a file from all others, whatever it is called, for as long as it is open or in its place.
package struct FileIdentity: Hashable, Sendable {
    private let device: dev_t
    private let number: ino_t

    /// Of a file of which the system has said this.
    package init(_ status: stat) {
        device = status.st_dev
        number = status.st_ino
    }

    /// Of what a path leads to; nil where there is nothing.
    package init?(path: String) {
        var status = stat()
        guard SystemPath.withBytes(path, { stat($0, &status) }) == 0 else { return nil }
        self.init(status)
    }

    /// Of what a path names, itself a link or not; nil where there is nothing.
    package init?(link path: String) {
        var status = stat()
        guard SystemPath.withBytes(path, { lstat($0, &status) }) == 0 else { return nil }
        self.init(status)
    }

    /// Whether two paths are one name in one folder, so that what is written to one replaces the other; also where
    /// there is nothing yet.
    package static func areOnePlace(_ one: String, _ other: String) -> Bool {
        if SystemPath.areSame(one, other) { return true }
        guard SystemPath.areSame(SystemPath.name(of: one), SystemPath.name(of: other)),
            let folder = FileIdentity(path: SystemPath.folder(of: one))
        else { return false }
        return folder == FileIdentity(path: SystemPath.folder(of: other))
    }

    /// Whether what is written to one path lands where the other leads, links followed; also where there is nothing
    /// yet.
    package static func leadToOne(_ one: String, _ other: String) -> Bool {
        if let identity = FileIdentity(path: one), identity == FileIdentity(path: other) { return true }
        return areOnePlace(SystemPath.target(of: one), SystemPath.target(of: other))
    }

    /// Of an open file; nil where the descriptor is none.
    package init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }
}
