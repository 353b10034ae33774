import Glibc
import TacitDiagnostics

/// A password or token that lies in a file: its first line.
enum SecretFile {
    /// - Parameters:
    ///   - path: of the file.
    ///   - least: bytes that it must have.
    /// - Throws: `TacitError`: input for a file that can't be read, data for one with nothing, or too little, in it.
    static func read(_ path: String, least: Int = 1) throws -> String {
        // What a shell's substitution writes into a pipe is waited for.
        let bytes = try bytes(path, most: 4097, flags: 0)
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard line.count >= least, line.count <= 4096, !line.contains(0),
            let text = String(validating: line, as: UTF8.self)
        else { throw TacitError.badData(path, "expected \(least) to 4096 bytes of text in its first line") }
        return text
    }

    /// The first bytes of a file.
    ///
    /// - Parameter flags: to open it with.
    /// - Throws: `TacitError` (input) for one that can't be read.
    static func bytes(_ path: String, most: Int, flags: Int32) throws -> [UInt8] {
        let descriptor = SystemPath.withBytes(path) { open($0, O_RDONLY | O_CLOEXEC | flags) }
        guard descriptor >= 0 else { throw TacitError.system(.noInput, file: path) }
        defer { close(descriptor) }
        let (bytes, number) = FileBytes.read(descriptor, most: most)
        guard number == 0 else { throw TacitError.system(.noInput, number, file: path) }
        return bytes
    }
}
