import Glibc
import TacitConsole
import TacitDiagnostics
import TacitModelFile
import TacitText

/// A file that results are written to, line by line. It takes the place of earlier results once it is whole: until then,
/// and for good where it never is, those stay.
final class ResultsFile {
    private enum Place {
        case file(OutputFile)
        /// A pipe, a device, or what this program's own output goes to.
        case descriptor(Int32)
    }

    private let path: String
    private let place: Place
    /// Whether it goes where standard output goes, where nobody may be left to write for.
    private let isOutput: Bool
    private var written = 0
    private var buffer = ByteBuffer(capacity: 1 << 17)

    /// - Throws: `TacitError` (output can't be written), also where there is a file that holds no such results.
    init(path: String) throws {
        self.path = path
        // A file that this program's own output goes to is written on by the same descriptor, in front of the rest.
        let identity = FileIdentity(path: path)
        let own = [STDOUT_FILENO, STDERR_FILENO].first { identity != nil && FileIdentity(descriptor: $0) == identity }
        isOutput = own == STDOUT_FILENO
        let isFile = SystemPath.kind(path).map { $0 == S_IFREG || $0 == S_IFDIR } ?? true
        if own != nil || !isFile {
            let descriptor = own.map { dup($0) } ?? SystemPath.withBytes(path) { open($0, O_WRONLY | O_CLOEXEC) }
            guard descriptor >= 0 else { throw TacitError.system(.cannotCreate, file: path) }
            place = .descriptor(descriptor)
            return
        }
        try FileContent.requireText(path, begunBy: UInt8(ascii: "{"))
        place = .file(try OutputFile(path: path))
    }

    deinit {
        if case .descriptor(let descriptor) = place { Glibc.close(descriptor) }
    }

    func write(_ bytes: [UInt8]) throws {
        for byte in bytes { buffer.append(byte) }
        if buffer.bytes.count >= 1 << 16 { try flush() }
    }

    /// Writes what is left. A full disk may show only here.
    func close() throws {
        try flush()
        if case .file(let file) = place { try file.finish() }
    }

    private func flush() throws {
        try buffer.bytes.withUnsafeBytes { bytes in
            switch place {
            case .file(let file): try file.write(bytes, at: written)
            case .descriptor(let descriptor):
                let failure = FileBytes.write(bytes, to: descriptor)
                if isOutput, let closed = StandardOutput.Closed(failure) { throw closed }
                guard failure == 0 else { throw TacitError.system(.cannotCreate, failure, file: path) }
            }
        }
        written += buffer.bytes.count
        buffer.removeAll()
    }
}
