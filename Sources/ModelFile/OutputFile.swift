import Glibc
import TacitDiagnostics

/// A file that appears whole or not at all: written without a name, or where the file system can't do that under a
/// temporary name beside its target, flushed to the disk and then put in its place.
///
/// Left unfinished it is gone: one without a name with the process, whatever ends that; one with a temporary name when this
/// object goes, or, if the process was killed, when the next file is begun there.
package final class OutputFile {
    package let path: String
    /// Where the path leads: a link stays, and what it leads to is made or replaced.
    private let target: String
    private var descriptor: Int32
    /// Once it is finished: whether it was another user's, who may not read it any more.
    package private(set) var isTaken = false
    /// nil as long as it has no name.
    private var temporaryPath: String?

    /// What follows the target's name in a temporary one, before what makes it unique.
    private static let mark = ".tacit-"
    /// Characters that make a temporary name unique, as `mkstemp` has them.
    private static let digits = 6
    /// The most bytes of a file's name.
    private static let longestName = 255

    /// - Throws: `TacitError` of kind `cannotCreate`.
    package init(path: String) throws {
        self.path = path
        target = SystemPath.target(of: path)
        var status = stat()
        if SystemPath.withBytes(path, { stat($0, &status) }) == 0 {
            // Renaming over a device, a folder or a pipe would replace it.
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw TacitError(.cannotCreate, file: path, "is there and not a regular file")
            }
        } else if errno != ENOENT {
            // Links that lead in a ring, and names that are too long.
            throw TacitError.system(.cannotCreate, file: path)
        }
        let (folder, start) = (SystemPath.folder(of: target), Self.temporaryStart(for: target))
        Self.removeAbandoned(in: folder, start)
        descriptor = Self.nameless(in: folder)
        if descriptor >= 0 { return }
        let digits = String(repeating: "X", count: Self.digits)
        var template = SystemPath.withBytes("\(folder)/\(start)\(digits)") { name in
            Array(UnsafeBufferPointer(start: name, count: strlen(name) + 1))
        }
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            let number = errno
            let isClosed = number == EACCES || number == EPERM
            throw TacitError.system(
                .cannotCreate, number, file: path, what: isClosed ? "its folder can't be written to" : nil)
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        // Held for as long as somebody writes.
        flock(descriptor, LOCK_EX | LOCK_NB)
        temporaryPath = template.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { SystemPath.string($0) } ?? path
        }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        if let temporaryPath { _ = SystemPath.withBytes(temporaryPath) { unlink($0) } }
    }

    /// Opens a file that has no name yet; negative where the file system, or what is mounted, does not allow to name it
    /// later.
    private static func nameless(in folder: String) -> Int32 {
        // Linux's O_TMPFILE, which Glibc's overlay does not import: __O_TMPFILE with O_DIRECTORY.
        let temporaryFile: Int32 = 0o20000000 | O_DIRECTORY
        let descriptor = SystemPath.withBytes(folder) { open($0, temporaryFile | O_RDWR | O_CLOEXEC, 0o600) }
        guard descriptor >= 0 else { return -1 }
        guard access("/proc/self/fd/\(descriptor)", F_OK) == 0 else {
            close(descriptor)
            return -1
        }
        return descriptor
    }

    /// What the names of a target's temporary files begin with: of a long name as much as leaves room for the rest.
    private static func temporaryStart(for target: String) -> String {
        var name = String(SystemPath.name(of: target))
        let most = longestName - mark.utf8.count - digits
        while SystemPath.withBytes(name, { strlen($0) }) > most { name.unicodeScalars.removeLast() }
        return name + mark
    }

    /// Removes what killed processes left of the same file: what nobody holds a lock on.
    private static func removeAbandoned(in folder: String, _ start: String) {
        try? FolderListing.forEachName(in: folder) { name in
            guard name.utf8.starts(with: start.utf8), name.utf8.count == start.utf8.count + digits else { return }
            SystemPath.withBytes("\(folder)/\(name)") { path in
                let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
                guard descriptor >= 0 else { return }
                if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
                close(descriptor)
            }
        }
    }

    /// Writes at a place of its own; gaps read as zeros.
    ///
    /// - Throws: `TacitError`, output or I/O error, where the disk takes no more.
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

    /// What can be opened to read what has been written.
    var readablePath: String { temporaryPath ?? "/proc/self/fd/\(descriptor)" }

    func setLength(_ length: Int) throws {
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw failure() }
    }

    /// Flushes, gives the file the owner and the permissions of the one that it replaces, or those that a new file gets, and
    /// puts it in its place.
    ///
    /// - Throws: `TacitError`, output or I/O error; then the old file is as it was.
    package func finish() throws {
        var replaced = stat()
        let isThere = SystemPath.withBytes(target, { stat($0, &replaced) }) == 0
        let mode = isThere ? replaced.st_mode & 0o777 : 0o666 & ~FileMode.mask
        if isThere { giveBack(replaced) }
        guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else { throw failure() }
        if temporaryPath == nil { try name() }
        if let temporaryPath {
            let status = SystemPath.withBytes(temporaryPath) { old in SystemPath.withBytes(target) { rename(old, $0) } }
            guard status == 0 else { throw failure() }
        }
        temporaryPath = nil
        close(descriptor)
        descriptor = -1
        // The rename itself reaches the disk with the folder. Where a folder can't be flushed, nothing is lost but
        // certainty, so failure is no error.
        let folderDescriptor = SystemPath.withBytes(SystemPath.folder(of: target)) { open($0, O_RDONLY | O_CLOEXEC) }
        if folderDescriptor >= 0 {
            fsync(folderDescriptor)
            close(folderDescriptor)
        }
    }

    /// An administrator must not take a service's file away from it, nor one member of a group from the others; whoever may
    /// give nothing away keeps what is made.
    private func giveBack(_ replaced: stat) {
        var made = stat()
        guard fstat(descriptor, &made) == 0, (made.st_uid, made.st_gid) != (replaced.st_uid, replaced.st_gid),
            fchown(descriptor, replaced.st_uid, replaced.st_gid) != 0
        else { return }
        let isOfGroup = made.st_gid == replaced.st_gid || fchown(descriptor, .max, replaced.st_gid) == 0
        // By the group, or as anyone, whoever had it reads on.
        let isReadable = replaced.st_mode & 0o004 != 0 || isOfGroup && replaced.st_mode & 0o040 != 0
        isTaken = made.st_uid != replaced.st_uid && !isReadable
    }

    /// Gives the file its name, or, where another has it already, a temporary one to rename: a link does not replace.
    private func name() throws {
        let source = "/proc/self/fd/\(descriptor)"
        let start = "\(SystemPath.folder(of: target))/\(Self.temporaryStart(for: target))"
        func link(as name: String) -> Bool {
            SystemPath.withBytes(name) { linkat(AT_FDCWD, source, AT_FDCWD, $0, AT_SYMLINK_FOLLOW) } == 0
        }
        if link(as: target) { return }
        for attempt in 0..<1000 {
            guard errno == EEXIST else { break }
            let digits = String(UInt32.random(in: 0..<1 << 24) ^ UInt32(attempt), radix: 16)
            let other = start + String(repeating: "0", count: max(0, Self.digits - digits.count)) + digits
            if link(as: other) {
                temporaryPath = other
                return
            }
        }
        throw failure()
    }

    private func failure(_ number: Int32 = errno) -> TacitError {
        .system(number == EIO ? .inputOutput : .cannotCreate, number, file: path)
    }
}
