import Glibc
import TacitDiagnostics
import TacitSettings

/// The bytes of a file of settings.
enum SettingsFile {
    /// No more than can be settings, and one byte that says that there is more.
    ///
    /// - Throws: `TacitError` (no input) for what can't be read.
    static func read(_ path: String) throws -> [UInt8] {
        let descriptor = SystemPath.withBytes(path) { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw TacitError(.noInput, file: path, "is no file, which can be read again when it has changed")
        }
        var bytes = [UInt8](repeating: 0, count: TOMLFile.largest + 1)
        var count = 0
        while count < bytes.count {
            let read = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count)
            }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw failure(path) }
            if read == 0 { break }
            count += read
        }
        return Array(bytes[..<count])
    }

    private static func failure(_ path: String) -> TacitError {
        TacitError(.noInput, file: path, String(cString: strerror(errno)))
    }
}
