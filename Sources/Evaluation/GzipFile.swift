import CTacitZlib
import Glibc
import TacitDiagnostics

/// Reads files whole, gzipped or not, up to a limit on what they unpack to.
enum GzipFile {
    /// - Throws: `TacitError`: no input when it can't be opened, bad data when it is no regular file, broken or larger.
    static func read(_ path: String, maximumBytes: Int) throws -> [UInt8] {
        let descriptor = SystemPath.withBytes(path) { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw TacitError.system(.noInput, file: path) }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw TacitError.badData(path, "not a regular file")
        }
        guard let file = gzdopen(descriptor, "rb") else {
            close(descriptor)
            throw TacitError(.inputOutput, file: path, "no memory to read it")
        }
        defer { gzclose_r(file) }
        gzbuffer(file, 1 << 17)
        var bytes: [UInt8] = []
        let block = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 18)
        defer { block.deallocate() }
        while true {
            let count = gzread(file, block.baseAddress, UInt32(block.count))
            guard count >= 0 else { throw failure(path, file) }
            if count == 0 { break }
            guard bytes.count + Int(count) <= maximumBytes else {
                throw TacitError.badData(path, "more than \(maximumBytes) bytes")
            }
            bytes.append(contentsOf: block[..<Int(count)])
        }
        // A stream that is cut off shows only here.
        var code: Int32 = 0
        _ = gzerror(file, &code)
        guard code == Z_OK || code == Z_STREAM_END else { throw failure(path, file) }
        return bytes
    }

    private static func failure(_ path: String, _ file: gzFile) -> TacitError {
        var code: Int32 = 0
        _ = gzerror(file, &code)
        switch code {
        case Z_ERRNO: return TacitError.system(.inputOutput, file: path)
        case Z_BUF_ERROR: return TacitError.badData(path, "the compressed data ends early")
        default: return TacitError.badData(path, "the compressed data is broken")
        }
    }
}
