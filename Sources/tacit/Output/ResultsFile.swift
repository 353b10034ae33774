import Glibc
import TacitDiagnostics
import TacitText

/// A file that results are written to, line by line.
final class ResultsFile {
    private let path: String
    private var descriptor: Int32
    private var buffer = ByteBuffer(capacity: 1 << 17)

    /// - Throws: `TacitError` (output can't be written).
    init(path: String) throws {
        self.path = path
        try FileContent.requireText(path)
        descriptor = SystemPath.withBytes(path) { open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666) }
        guard descriptor >= 0 else { throw TacitError.system(.cannotCreate, file: path) }
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    func write(_ bytes: [UInt8]) throws {
        for byte in bytes { buffer.append(byte) }
        if buffer.bytes.count >= 1 << 16 { try flush() }
    }

    /// Writes what is left. A full disk may show only here.
    func close() throws {
        try flush()
        let result = Glibc.close(descriptor)
        descriptor = -1
        guard result == 0 else { throw TacitError.system(.cannotCreate, file: path) }
    }

    private func flush() throws {
        let failure = buffer.bytes.withUnsafeBytes { FileBytes.write($0, to: descriptor) }
        guard failure == 0 else { throw TacitError.system(.cannotCreate, failure, file: path) }
        buffer.removeAll()
    }
}
