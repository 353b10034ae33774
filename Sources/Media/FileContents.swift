import Glibc
import TacitDiagnostics

/// The bytes of one file at a time, read whole into memory that is used again.
final class FileContents {
    private var memory: UnsafeMutableRawPointer
    private var capacity = 1

    init() { memory = .allocate(byteCount: 1, alignment: 16) }

    deinit { memory.deallocate() }

    /// - Parameters:
    ///   - path: of a file or a pipe; `-` is standard input.
    ///   - expected: what should be there, for the error when it is a folder.
    /// - Returns: the file's bytes, valid until the next call.
    /// - Throws: `TacitError` naming the file: no input for what is absent, unreadable, or neither a file nor a pipe;
    ///   bad data for what is larger than `maximumBytes`, a file before memory is taken for it.
    func read(_ path: String, expected: String, maximumBytes: Int) throws -> UnsafeRawBufferPointer {
        let stream =
            path == StandardInput.path
            ? ByteStream(descriptor: STDIN_FILENO, name: StandardInput.name)
            : try ByteStream(path: path, expected: expected)
        let name = stream.name
        var information = stat()
        guard fstat(stream.descriptor, &information) == 0 else {
            throw TacitError.system(.inputOutput, file: name)
        }
        guard information.st_mode & S_IFMT != S_IFREG || information.st_size <= maximumBytes else {
            throw TacitError.badData(name, "\(information.st_size) bytes, expected at most \(maximumBytes)")
        }
        // One byte more than a file has, to see its end; a pipe has no size, and gets more as it goes on.
        var filled = 0
        reserve(max(Int(information.st_size) + 1, 4096), keeping: 0)
        while true {
            if filled == capacity { reserve(2 * capacity, keeping: filled) }
            let count = try stream.read(into: memory + filled, count: capacity - filled)
            if count == 0 { break }
            filled += count
            guard filled <= maximumBytes else {
                throw TacitError.badData(name, "more than \(maximumBytes) bytes")
            }
        }
        return UnsafeRawBufferPointer(start: memory, count: filled)
    }

    private func reserve(_ count: Int, keeping filled: Int) {
        guard count > capacity else { return }
        let larger = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 16)
        larger.copyMemory(from: memory, byteCount: filled)
        memory.deallocate()
        memory = larger
        capacity = count
    }
}
