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
        guard descriptor >= 0 else { throw TacitError.system(.noInput, file: path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw TacitError.system(.noInput, file: path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw TacitError(.noInput, file: path, "is no file, which can be read again when it has changed")
        }
        let (bytes, number) = FileBytes.read(descriptor, most: TOMLFile.largest + 1)
        guard number == 0 else { throw TacitError.system(.noInput, number, file: path) }
        return bytes
    }
}
