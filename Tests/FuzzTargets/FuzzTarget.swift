import Glibc
import TacitDiagnostics
import TacitSettings

/// One way for bytes from elsewhere to get in: what a fuzzer feeds, and what the tests feed again with what it found.
public struct FuzzTarget: Sendable {
    public let name: String
    /// Bytes of the longest input that is worth trying.
    public let longest: Int
    private let read: @Sendable (UnsafeRawBufferPointer) throws -> Void

    init(_ name: String, longest: Int = 4096, _ read: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void) {
        self.name = name
        self.longest = longest
        self.read = read
    }

    /// What becomes of an input.
    public enum Outcome: Equatable, Sendable {
        case accepted
        /// In one line.
        case refused(String)
    }

    /// Traps on what no input may lead to: an error of another kind, or one of several lines.
    public func run(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        do {
            try read(bytes)
            return .accepted
        } catch let error as TacitError {
            precondition(!error.description.contains(where: \.isNewline), "an error is one line")
            return .refused(error.description)
        } catch let fault as SettingsFault {
            return .refused("\(fault.place.line):\(fault.place.column): \(fault.words)")
        } catch {
            preconditionFailure("\(error) is no error that a command has a line for")
        }
    }

    public static let all = models + conversion + media + recordings + data + network

    public static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// A file in memory, for what is read by path or descriptor.
enum MemoryFile {
    /// - Parameter body: gets a descriptor at the first byte, and a path to the same file.
    static func with<Result>(
        _ bytes: UnsafeRawBufferPointer, _ body: (Int32, String) throws -> Result
    ) rethrows -> Result {
        // Without a name, so that nothing is left of it: Linux's O_TMPFILE, which Glibc's overlay does not import.
        let temporaryFile: Int32 = 0o20000000 | O_DIRECTORY
        let descriptor = open("/dev/shm", temporaryFile | O_RDWR | O_CLOEXEC, 0o600)
        precondition(descriptor >= 0, "no file in memory")
        defer { close(descriptor) }
        precondition(write(descriptor, bytes.baseAddress, bytes.count) == bytes.count, "no room in memory")
        lseek(descriptor, 0, SEEK_SET)
        return try body(descriptor, "/proc/self/fd/\(descriptor)")
    }
}
