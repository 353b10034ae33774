import Glibc
import TacitDiagnostics

/// Reads small text files whole, up to a limit.
enum BoundedFile {
    /// No list of a published data set comes near it.
    static let maximumBytes = 64 << 20

    /// - Throws: `TacitError`: no input when it can't be opened, bad data when it is no regular file or too large.
    static func read(_ path: String, maximumBytes: Int = maximumBytes) throws -> [UInt8] {
        // Not blocking, so that a pipe under the name of a list is refused rather than waited for.
        let descriptor = SystemPath.withBytes(path) { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw TacitError.system(.noInput, file: path) }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else {
            throw TacitError.system(.inputOutput, file: path)
        }
        guard information.st_mode & S_IFMT == S_IFREG else { throw TacitError.badData(path, "not a regular file") }
        guard information.st_size <= maximumBytes else {
            throw TacitError.badData(path, "\(information.st_size) bytes, more than the \(maximumBytes) allowed")
        }
        let (bytes, number) = FileBytes.read(descriptor, most: Int(information.st_size))
        guard number == 0 else { throw TacitError.system(.inputOutput, number, file: path) }
        return bytes
    }

    /// The lines of a UTF-8 text, a byte order mark and empty ones left out, each with its number from 1.
    static func lines(_ path: String) throws -> [(number: Int, text: String)] {
        let whole = try read(path)
        let bytes = whole.dropFirst(whole.markLength)
        var lines: [(number: Int, text: String)] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let content = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if content.isEmpty { continue }
            guard let text = String(validating: content, as: UTF8.self) else {
                throw TacitError.badData(path, at: "line \(index + 1)", "not UTF-8")
            }
            lines.append((index + 1, text))
        }
        return lines
    }
}
